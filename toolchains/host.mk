# For development: this machine's compiler and libc, with sanitizers. Not for installing.
COMPILER := compiler
CC       := cc
AR       := ar
NM       := nm
STRIP    := ln -f
RUN      :=

CHECKS := -fsanitize=address,undefined -fno-sanitize-recover=all
OPT    := -O1 -fno-omit-frame-pointer $(CHECKS)
LINK   := $(CHECKS)
# A test starts the program many times, and it starts twice as fast when nothing has to be loaded and relocated.
WHOLE_LINK := -static-libasan -static-libubsan -no-pie

# BearSSL reads words at odd addresses where the processor allows it; C does not.
BEARSSL_OPT := -DBR_LE_UNALIGNED=0 -DBR_BE_UNALIGNED=0

# We allocate nothing, and the leak checker cannot look into a process that forbids it, as ours do.
export ASAN_OPTIONS  := detect_leaks=0
export UBSAN_OPTIONS := print_stacktrace=1
