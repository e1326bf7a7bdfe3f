# What the static toolchains share. Each sets GNU (the GNU triplet), DEB (Debian's name of the
# architecture), NATIVE (what uname -m says there) and RUN (how its programs run elsewhere).

ifneq ($(filter $(NATIVE),$(MACHINE)),)
COMPILER := compiler
CC       := musl-gcc
TOOLS    :=
RUN      :=
else
COMPILER := build/deps/$(TOOLCHAIN)/gcc
CC       := $(COMPILER)
TOOLS    := $(GNU)-
endif

AR    := $(TOOLS)ar
NM    := $(TOOLS)nm
STRIP := $(TOOLS)objcopy -S -R .comment

OPT  := -Os -fno-pie -fno-asynchronous-unwind-tables -fno-unwind-tables -fstack-protector-strong
LINK := -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
