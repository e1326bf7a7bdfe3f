# Static, 64-bit x86.
GNU    := x86_64-linux-gnu
DEB    := amd64
NATIVE := x86_64
RUN    := qemu-x86_64-static

include toolchains/musl.mk
