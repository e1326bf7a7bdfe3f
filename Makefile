# o2pop: build, test, install. "make help" lists the targets.

VERSION := 0.1.0
PREFIX  ?= /usr/local
HOSTCC  ?= cc

MACHINE   := $(shell uname -m)
TOOLCHAIN ?= $(if $(filter armv7%,$(MACHINE)),arm-linux-musleabihf,$(MACHINE)-linux-musl)

ifeq ($(wildcard toolchains/$(TOOLCHAIN).mk),)
$(error no toolchains/$(TOOLCHAIN).mk; there are: $(patsubst toolchains/%.mk,%,$(wildcard toolchains/*-*.mk)) host)
endif
include toolchains/$(TOOLCHAIN).mk

# One job a processor unless the caller says otherwise.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:

# ---- what there is -----------------------------------------------------------------------------

B       := build/$(TOOLCHAIN)
GEN     := build/gen
BEARSSL := build/deps/bearssl-0.6
RECIPE  := Makefile toolchains/$(TOOLCHAIN).mk toolchains/musl.mk

MODULES := $(filter-out src/cli/main.c,$(sort $(wildcard src/*/*.c)))
OBJECTS := $(MODULES:src/%.c=$(B)/obj/%.o) $(B)/obj/net/trust_roots.o $(B)/obj/text/packed_lists.o
ROOTS   := $(sort $(wildcard third_party/roots/*.pem))
UNITS   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/*/test_$(or $(T),*).c)))
SIM     := $(patsubst tests/sim/%.c,$(B)/obj/sim/%.o,$(sort $(wildcard tests/sim/*.c)))
LIBS    := $(B)/libo2pop.a $(B)/libbearssl.a

# ---- how it is compiled ------------------------------------------------------------------------

WARN  := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	 -Wpointer-arith -Wwrite-strings $(if $(WERROR),-Werror)
CODE  := $(OPT) -g -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. $(CFLAGS)
OURS   = -std=c11 -D_GNU_SOURCE -DO2POP_VERSION='"$(VERSION)"' -Isrc -isystem $(BEARSSL)/inc \
	 $(WARN) $(CODE) -MMD -MP

# "make V=1" shows the commands instead of one line a file.
say = $(if $(V),,@printf '%8s  %s\n' '$1' '$@';)
dir = @mkdir -p $(@D)

.PHONY: all host demo check quick test unit cases cli programs memory e2e lint format size bench compile_commands deps explain \
	install uninstall clean distclean help

all: $(B)/o2pop ## The program: build/TOOLCHAIN/o2pop, static for this machine if TOOLCHAIN= is not given

host: ## The same with glibc and sanitizers, for development: build/host/o2pop
	@$(MAKE) --no-print-directory TOOLCHAIN=host all

$(B)/o2pop: $(B)/o2pop.debug
	$(call say,STRIP)$(STRIP) $< $@

$(B)/o2pop.debug: $(B)/obj/cli/main.o $(LIBS)
	$(call say,LINK)$(CC) $(CODE) $(WHOLE_LINK) $(LINK) -Wl,--gc-sections -Wl,-Map=$(B)/o2pop.map -o $@ $^

$(B)/sim: $(SIM) $(LIBS)
	$(call say,LINK)$(CC) $(CODE) -fno-lto $(LINK) -Wl,--gc-sections -o $@ $^

$(B)/unit/%: $(B)/obj/unit/%.o $(LIBS)
	$(dir)
	$(call say,LINK)$(CC) $(CODE) -fno-lto $(LINK) -Wl,--gc-sections -o $@ $^

$(B)/libo2pop.a: $(OBJECTS)
	$(call say,AR)rm -f $@ && $(AR) rcD $@ $^

$(B)/obj/%.o: src/%.c $(RECIPE) | $(COMPILER) $(BEARSSL)/.unpacked
	$(dir)
	$(call say,CC)$(CC) $(OURS) $(WHOLE) -c -o $@ $<

$(B)/obj/net/trust_roots.o: $(GEN)/roots.c $(RECIPE) | $(COMPILER)
	$(dir)
	$(call say,CC)$(CC) $(OURS) $(WHOLE) -c -o $@ $<

$(B)/obj/text/packed_lists.o: $(GEN)/packed_lists.c $(RECIPE) | $(COMPILER)
	$(dir)
	$(call say,CC)$(CC) $(OURS) $(WHOLE) -c -o $@ $<

# Each test runs once: to optimise it takes longer than it saves.
$(B)/obj/unit/%.o: tests/unit/%.c $(RECIPE) | $(COMPILER) $(BEARSSL)/.unpacked
	$(dir)
	$(call say,CC)$(CC) $(OURS) -O0 -Itests/unit -c -o $@ $<

$(B)/obj/sim/%.o: tests/sim/%.c $(RECIPE) | $(COMPILER) $(BEARSSL)/.unpacked
	$(dir)
	$(call say,CC)$(CC) $(OURS) -O0 -Itests/sim -c -o $@ $<

-include $(wildcard $(B)/obj/*/*.d $(B)/obj/unit/*/*.d)

$(GEN)/packed_lists.c: $(GEN)/pack
	$(call say,PACK)$< >$@

$(GEN)/pack: toolchains/pack.c src/text/packed.h src/conf/microsoft.h src/explain/known.h $(wildcard src/explain/*.def src/show/*.def)
	$(dir)
	$(call say,HOSTCC)$(HOSTCC) -std=c11 -O1 -Wall -Wextra -Isrc -o $@ $<

# ---- third party -------------------------------------------------------------------------------

$(BEARSSL)/.unpacked: third_party/get-bearssl toolchains/apt
	@third_party/get-bearssl

$(B)/libbearssl.a: third_party/bearssl.mk toolchains/$(TOOLCHAIN).mk toolchains/musl.mk \
		| $(COMPILER) $(BEARSSL)/.unpacked
	@printf '%8s  %s\n' BEARSSL $@
	@rm -rf $(B)/obj/bearssl
	@$(MAKE) --no-print-directory -s -f third_party/bearssl.mk LIB=$@ OBJ=$(B)/obj/bearssl \
		SRC=$(BEARSSL) CC='$(CC)' AR='$(AR)' CFLAGS='$(CODE) $(WHOLE) $(BEARSSL_OPT)'
	@touch $@

$(GEN)/roots.c: $(GEN)/mkroots $(ROOTS)
	$(call say,ROOTS)$< $(ROOTS) >$@

$(GEN)/mkroots: third_party/mkroots.c | $(BEARSSL)/.unpacked
	$(dir)
	$(call say,HOSTCC)$(HOSTCC) -O1 -Wall -Wextra -I$(BEARSSL)/inc -I$(BEARSSL)/src -o $@ $< \
		$(BEARSSL)/src/hash/sha2small.c $(BEARSSL)/src/codec/dec32be.c \
		$(BEARSSL)/src/codec/enc32be.c

# The part of BearSSL's own tool with which a lint compares the generated roots: "brssl ta".
$(GEN)/brssl-ta: | $(BEARSSL)/.unpacked
	$(dir)
	$(call say,HOSTCC)echo 'int do_ta(int, char **); int main(int n, char **a) { return do_ta(n - 1, a + 1); }' | \
		$(HOSTCC) -O1 -w -ffunction-sections -fdata-sections -Wl,--gc-sections -I$(BEARSSL)/inc -I$(BEARSSL)/src \
		-o $@ -xc - $(patsubst %,$(BEARSSL)/tools/%.c,ta certs files names xmem vector) \
		$(BEARSSL)/src/x509/x509_decoder.c $(BEARSSL)/src/codec/pemdec.c

# A cross compiler is Debian's gcc with Debian's musl for the other architecture laid beside it.
build/deps/%/gcc: toolchains/musl-cross toolchains/apt
	@toolchains/musl-cross $* $(GNU) $(DEB)

# Any other compiler has to be there.
.PHONY: compiler
compiler:
	@command -v $(CC) >/dev/null || \
		{ echo '$(CC) is missing; "toolchains/deps build" installs it' >&2; exit 1; }

# ---- tests -------------------------------------------------------------------------------------

# The simulator is always a native program, also when o2pop is emulated.
PLAYER := $(if $(RUN),build/$(MACHINE)-linux-musl,$(B))/sim
RIG    := B=$(B) RUN='$(RUN)' O2POP=$(B)/o2pop SIM=$(PLAYER)

ifneq ($(RUN),)
.PHONY: $(PLAYER)
$(PLAYER):
	@$(MAKE) --no-print-directory TOOLCHAIN=$(MACHINE)-linux-musl $@
endif

demo: ## A passing check and five failing ones against the simulator; no account needed
	@toolchains/deps build
	@$(MAKE) --no-print-directory $(B)/o2pop $(PLAYER)
	@$(RIG) tests/sim/demo

# It follows native programs only.
WATCH := $(GEN)/watch

check: ## Everything below, on the host with sanitizers, static, and for ARM under qemu
	@toolchains/deps build arm e2e lint
	@MAKE='$(MAKE)' tests/check

quick: unit cases ## The unit tests and the cases of one toolchain, at once

# All that the suites of one toolchain run, so that suites which run at once do not build at once.
# What is optimised as a whole is linked beside the rest.
programs: $(B)/o2pop $(UNITS) $(PLAYER) $(WATCH)

test: $(UNITS) ## One unit test: make test T=json
	@$(RIG) tests/run-unit $^

unit: $(UNITS) ## The unit tests of one toolchain
	@$(RIG) tests/run-unit $^

cases: $(B)/o2pop $(PLAYER) ## The conversations in tests/cases, played by the simulator
	@$(RIG) tests/cases/run

explain: $(B)/o2pop ## What people paste, and the cause that has to come first
	@$(RIG) tests/explain/run

cli: $(B)/o2pop ## The command line from outside: options, settings, where secrets come from
	@$(RIG) tests/cli/run

$(WATCH): tests/memory/watch.c
	$(dir)
	$(call say,HOSTCC)$(HOSTCC) -O2 -Wall -Wextra -o $@ $<

memory: $(B)/o2pop $(PLAYER) $(WATCH) ## No secret is left in the memory of any process; needs ptrace
	@$(RIG) tests/memory/run

e2e: $(B)/o2pop ## Against a real Dovecot and a real OpenID provider
	@$(RIG) tests/e2e/run

lint: $(B)/o2pop $(GEN)/o2pop-ids.7 $(GEN)/brssl-ta ## The rules of the house that a machine can check
	@$(RIG) BRSSL=$(GEN)/brssl-ta NM='$(NM)' OBJECTS='$(OBJECTS) $(B)/obj/cli/main.o' tests/lint/run

format: ## Lay out all C as .clang-format says
	clang-format -i src/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] third_party/*.c toolchains/*.c

size: ## The static binaries against the budget in tests/size.txt
	@tests/size

bench: $(B)/o2pop ## Time, memory and round trips beside curl and openssl
	@$(RIG) tests/bench/run

# What the compiler is told of each source, for clangd and the like; links and dependencies do not matter to them.
SOURCES := $(sort $(wildcard src/*/*.c tests/unit/*.c tests/unit/*/*.c tests/sim/*.c))
ORDER    = $(CC) $(filter-out -MMD -MP,$(OURS)) $(if $(filter tests/%,$1),-Itests/$(word 2,$(subst /, ,$1))) -c $1
comma   := ,

compile_commands: | $(BEARSSL)/.unpacked ## build/compile_commands.json: how each file is compiled, for editors
	$(file >build/compile_commands.json,[)
	$(foreach f,$(SOURCES),$(file >>build/compile_commands.json,{ "directory": "$(CURDIR)", "file": "$f",$\
		"command": "$(subst ",\",$(call ORDER,$f))" }$(if $(filter-out $(lastword $(SOURCES)),$f),$(comma))))
	$(file >>build/compile_commands.json,])
	@echo build/compile_commands.json

# ---- the rest ----------------------------------------------------------------------------------

deps: ## Install what the build and all tests need (Debian: apt-get)
	@toolchains/deps build arm e2e lint

# The identifiers of the manual are those of the tables.
$(GEN)/o2pop-ids.7: man/make-ids man/o2pop.1 $(sort $(wildcard src/*/*.def)) src/base/fault.h src/report/step.c
	$(dir)
	$(call say,MAN)$< src "$$(sed -n 's/^\.Dd //p' man/o2pop.1)" >$@

MAN := $(DESTDIR)$(PREFIX)/share/man
DATA := $(DESTDIR)$(PREFIX)/share/o2pop
BASH_WORDS := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH_WORDS := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH_WORDS := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

install: $(B)/o2pop $(GEN)/o2pop-ids.7 ## To $(DESTDIR)$(PREFIX): the program, check_o2pop, manual, JSON Schema, completions
	install -d $(DESTDIR)$(PREFIX)/bin $(MAN)/man1 $(MAN)/man5 $(MAN)/man7 $(DATA) $(BASH_WORDS) $(ZSH_WORDS) $(FISH_WORDS)
	$(RUN) $(B)/o2pop check --schema >$(DATA)/o2pop.check.schema.json
	$(RUN) $(B)/o2pop completion bash >$(BASH_WORDS)/o2pop
	$(RUN) $(B)/o2pop completion zsh >$(ZSH_WORDS)/_o2pop
	$(RUN) $(B)/o2pop completion fish >$(FISH_WORDS)/o2pop.fish
	install -m 755 $(B)/o2pop $(DESTDIR)$(PREFIX)/bin/o2pop
	ln -sf o2pop $(DESTDIR)$(PREFIX)/bin/check_o2pop
	install -m 644 man/o2pop.1 $(MAN)/man1/o2pop.1
	install -m 644 man/o2pop.conf.5 man/o2pop-formats.5 $(MAN)/man5
	install -m 644 $(GEN)/o2pop-ids.7 $(MAN)/man7/o2pop-ids.7

uninstall: ## Remove what install has put there
	rm -f $(DESTDIR)$(PREFIX)/bin/o2pop $(DESTDIR)$(PREFIX)/bin/check_o2pop $(MAN)/man1/o2pop.1 \
		$(MAN)/man5/o2pop.conf.5 $(MAN)/man5/o2pop-formats.5 $(MAN)/man7/o2pop-ids.7 $(DATA)/o2pop.check.schema.json \
		$(BASH_WORDS)/o2pop $(ZSH_WORDS)/_o2pop $(FISH_WORDS)/o2pop.fish

clean: ## Remove what was built; what was fetched stays
	rm -rf $(filter-out build/deps,$(wildcard build/*))

distclean: ## Remove all of build/
	rm -rf build

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9_]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile
	@echo '  V=1 shows the commands, WERROR=1 stops at warnings; TOOLCHAIN is one of:'
	@echo '   ' $(patsubst toolchains/%.mk,%,$(wildcard toolchains/*-*.mk)) host
