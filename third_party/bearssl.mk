# BearSSL as one archive, compiled outside of its source tree.
#   make -f third_party/bearssl.mk LIB=archive OBJ=folder SRC=bearssl-0.6 CC= AR= CFLAGS=
#
# Randomness and time come from o2pop: the engine refuses to start without a seed from us, and a
# chain is judged at the moment that we name. So the library makes no system call at all.
FLAGS := -DBR_RDRAND=0 -DBR_USE_URANDOM=0 -DBR_USE_UNIX_TIME=0 -I$(SRC)/inc -I$(SRC)/src

# What neither the program nor a test links, half of all, is not compiled: arithmetic for other processors, ciphers with
# tables, OAEP, keys that are made or written down, ready-made clients and servers. If one is needed, the linker names it.
UNUSED  := *15* *pwr8* aes_big* aes_small* des_tab* i32_*[!2] i32_ninv32 rsa_i32* *oaep* *keygen* *modulus* rsa_*exp \
	   encode_* ??c16* ecdsa_default* ssl_ccert* ssl_client_* ssl_server_min*
UNUSED  := $(foreach name,$(UNUSED),$(wildcard $(SRC)/src/*/$(name).c))
FILES   := $(filter-out $(UNUSED),$(sort $(wildcard $(SRC)/src/*/*.c)))
OBJECTS := $(patsubst %.c,$(OBJ)/%.o,$(notdir $(FILES)))

vpath %.c $(sort $(dir $(FILES)))

$(LIB): $(OBJECTS)
	rm -f $@ && $(AR) rcD $@ $^

$(OBJECTS): $(OBJ)/%.o: %.c | $(OBJ)
	$(CC) $(CFLAGS) $(FLAGS) -c -o $@ $<

$(OBJ):
	mkdir -p $@
