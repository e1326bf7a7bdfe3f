# Static, 32-bit ARM: ARMv7, Thumb-2, hardware floating point.
GNU    := arm-linux-gnueabihf
DEB    := armhf
NATIVE := armv7l
RUN    := qemu-arm-static

include toolchains/musl.mk
