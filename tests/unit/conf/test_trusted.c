#include "conf/trusted.h"

#include "t.h"

static struct settings settings;

static void set(enum setting key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };

	OK(settings_set(&settings, key, span_z(value), SETTING_FROM_FLAG, SPAN("flag"), &f));
}

TEST(trusted)
{
	static const char long_name[] = "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/"
					"0123456789/01";
	static const struct {
		const char *file, *folder;
		bool system, embedded;
		const char *text;
	} rows[] = {
		{ "", "", false, true, "built-in roots" },
		{ "ca.pem", "", false, false, "the CA file ca.pem" },
		{ "+ca.pem", "", false, true, "built-in roots and the CA file ca.pem" },
		{ "/etc/ssl/cert.pem", "", true, false, "system roots at /etc/ssl/cert.pem" },
		{ "", "/roots", false, false, "the directory /roots" },
		{ "", "+/roots", false, true, "built-in roots and the directory /roots" },
		{ "ca.pem", "roots", false, false, "the CA file ca.pem and the directory roots" },
		{ "+ca.pem", "+roots", false, true, "built-in roots, the CA file ca.pem and the directory roots" },
		{ long_name + 1, "", false, false,
		  "the CA file 0123456789/0123456789/0123456789/0123456789/0123456789/"
		  "0123456789/0123456789/0123456789/01" },
		{ long_name, long_name, false, false, "the CA file and the directory" },
	};

	EQ(sizeof long_name - 1, TRUSTED_NAME_MAX + 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[400];

		t_at("%s", rows[i].text);
		settings_init(&settings);
		settings.ca_system = rows[i].system;
		if (rows[i].file[0] != '\0')
			set(SETTING_CA_FILE, rows[i].file);
		if (rows[i].folder[0] != '\0')
			set(SETTING_CA_DIR, rows[i].folder);
		for (size_t cap = 0; cap <= strlen(rows[i].text); cap++) {
			struct buf b = { (unsigned char *)text, cap, 0, false };

			trusted_put(&b, &settings, rows[i].embedded);
			EQ(buf_ok(&b), cap == strlen(rows[i].text));
			if (buf_ok(&b))
				EQ(buf_span(&b), span_z(rows[i].text));
		}
	}
}
