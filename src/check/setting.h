/* setting: the names of all settings; their values are in check/settings.h. */
#ifndef CHECK_SETTING_H
#define CHECK_SETTING_H

enum setting {
#define SETTING(name, key, kind, text) SETTING_##name,
#include "check/setting.def"
#undef SETTING
	SETTING__COUNT
};

#endif
