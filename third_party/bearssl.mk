# BearSSL as one archive, compiled outside of its source tree.
#   make -f third_party/bearssl.mk LIB=archive OBJ=folder SRC=bearssl-0.6 CC= AR= CFLAGS=
#
# Randomness and time come from o2pop: the engine refuses to start without a seed from us, and a
# chain is judged at the moment that we name. So the library makes no system call at all.
FLAGS := -DBR_RDRAND=0 -DBR_USE_URANDOM=0 -DBR_USE_UNIX_TIME=0 -I$(SRC)/inc -I$(SRC)/src

FILES   := $(sort $(wildcard $(SRC)/src/*.c $(SRC)/src/*/*.c))
OBJECTS := $(patsubst %.c,$(OBJ)/%.o,$(notdir $(FILES)))

vpath %.c $(sort $(dir $(FILES)))

$(LIB): $(OBJECTS)
	rm -f $@ && $(AR) rcD $@ $^

$(OBJECTS): $(OBJ)/%.o: %.c | $(OBJ)
	$(CC) $(CFLAGS) $(FLAGS) -c -o $@ $<

$(OBJ):
	mkdir -p $@
