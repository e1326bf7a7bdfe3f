/* setting: the names of all settings; their values are in conf/settings.h. */
#ifndef CONF_SETTING_H
#define CONF_SETTING_H

enum setting {
#define SETTING(name, key, kind, flags, text) SETTING_##name,
#include "conf/setting.def"
	SETTING__COUNT
};

#endif
