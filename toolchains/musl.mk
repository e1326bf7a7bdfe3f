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
# Nothing in a static program makes anything read-only after relocation: there is none.
LINK := -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,norelro
# The program is optimised as a whole when it is linked. Objects hold machine code all the same: the lints read it,
# and tests are linked from it.
WHOLE      := -flto -ffat-lto-objects
WHOLE_LINK := -flto -flto-partition=one
