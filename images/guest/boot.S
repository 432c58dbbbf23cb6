/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the reset vector into C: real mode, protected mode, long mode.
 *
 * The ROM ends at 4 GiB and is seen at 0xF0000 too; that is where this part of it
 * is linked, so the first far jump leaves the high alias.
 */
#define ROM_SEGMENT 0xF000
#define IN_SEGMENT(symbol) (symbol - 0xF0000)

#define CODE32 0x08
#define CODE64 0x10
#define DATA 0x18

#define CR0_PROTECTION 0x1
#define CR0_PAGING 0x80000000
#define CR4_PAE 0x20
#define MSR_EFER 0xC0000080
#define EFER_LONG_MODE 0x100

#define PAGE_TABLE 0x3 /* present, writable */
#define PAGE_2M 0x83   /* the same, a page of 2 MiB */

#define APIC_SPURIOUS 0xFEE000F0
#define APIC_LINE0 0xFEE00350
#define APIC_ON 0x1FF
#define APIC_EXTERNAL 0x700

    .section .boot, "ax"
    .code16
start16:
    cli
    cld
    lgdtl %cs:IN_SEGMENT(gdt_pointer)
    movl %cr0, %eax
    orl $CR0_PROTECTION, %eax
    movl %eax, %cr0
    ljmpl $CODE32, $start32

    .code32
start32:
    movl $DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    /* The local APIC lets the old interrupt controllers through. */
    movl $APIC_ON, APIC_SPURIOUS
    movl $APIC_EXTERNAL, APIC_LINE0
    /* The rest of the ROM into RAM, where it was linked to run. */
    movl $boot_end, %esi
    movl $code_begin, %edi
    movl $code_end, %ecx
    subl %edi, %ecx
    shrl $2, %ecx
    rep movsl
    /* Page tables for the first GiB, mapped to itself. */
    movl $page_map, %edi
    movl $((page_end - page_map) / 4), %ecx
    xorl %eax, %eax
    rep stosl
    movl $(page_pointers + PAGE_TABLE), page_map
    movl $(page_directory + PAGE_TABLE), page_pointers
    movl $page_directory, %edi
    movl $PAGE_2M, %eax
    movl $512, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b
    /* Long mode. */
    movl %cr4, %eax
    orl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $page_map, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LONG_MODE, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PAGING, %eax
    movl %eax, %cr0
    ljmpl $CODE64, $start64

    .text
    .code64
start64:
    movl $stack_end, %esp
    movl $clear_begin, %edi
    movl $clear_end, %ecx
    subl %edi, %ecx
    shrl $3, %ecx
    xorl %eax, %eax
    rep stosq
    call guest_main
1:  hlt
    jmp 1b

    .section .boot
    .balign 8
/* Marked as accessed: a ROM cannot be marked later. */
gdt:
    .quad 0
    .quad 0x00CF9B000000FFFF
    .quad 0x00AF9B000000FFFF
    .quad 0x00CF93000000FFFF
gdt_pointer:
    .word gdt_pointer - gdt - 1
    .long gdt

    .section .reset, "ax"
    .code16
    ljmp $ROM_SEGMENT, $IN_SEGMENT(start16)

    .section .pages, "aw", @nobits
    .balign 4096
page_map:
    .skip 4096
page_pointers:
    .skip 4096
page_directory:
    .skip 4096
page_end:

    .section .stack, "aw", @nobits
    .balign 16
    .skip 8192
stack_end:

    .section .note.GNU-stack, "", @progbits
