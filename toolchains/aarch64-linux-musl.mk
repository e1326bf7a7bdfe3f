# Static, 64-bit ARM.
GNU    := aarch64-linux-gnu
DEB    := arm64
NATIVE := aarch64
RUN    := qemu-aarch64-static

include toolchains/musl.mk
