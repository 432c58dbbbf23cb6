/* SPDX-License-Identifier: LGPL-2.1-or-later */
    .section .rodata
    .globl images_guest_rom
    .balign 16
images_guest_rom:
    .incbin GUEST_ROM
end:
    .globl images_guest_rom_size
    .balign 8
images_guest_rom_size:
    .quad end - images_guest_rom

    .section .note.GNU-stack, "", @progbits
