/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/cpu.h"
#include "images/guest/serial.h"

/* The two interrupt controllers. */
#define PIC_MASTER 0x20
#define PIC_SLAVE 0xA0
#define PIC_BEGIN 0x11 /* four words follow */
#define PIC_8086 0x01
#define PIC_DONE 0x20
#define SLAVE_LINE 2

#define LINE_CLOCK 0
#define LINE_SERIAL 4
#define LINE_POWER 9

/* The clock: a tick every 10 ms. */
#define PIT_DATA 0x40
#define PIT_MODE 0x43
#define PIT_RATE 0x34 /* channel 0, both bytes, rate generator */
#define PIT_DIVISOR 11932
#define TICK_MILLISECONDS 10

#define CODE64 0x10
#define GATE 0x8E00
#define FAULTS 32
#define LINES 16

/* An entry of the interrupt table. */
typedef struct {
    uint16_t low;
    uint16_t segment;
    uint16_t kind;
    uint16_t middle;
    uint32_t high;
    uint32_t reserved;
} Gate;

struct interrupt_frame;
typedef void (*Handler)(struct interrupt_frame *frame);

static Gate gates[FAULTS + LINES];
static volatile uint64_t *counter;

/* A fault is a bug of this guest; nobody is there who could repair it. */
__attribute__((interrupt)) static void
on_fault(struct interrupt_frame *frame)
{
    (void)frame;
    serial_say("\x01"
               "0 error failed guest: a fault\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}

__attribute__((interrupt)) static void
on_clock(struct interrupt_frame *frame)
{
    (void)frame;
    *counter += TICK_MILLISECONDS;
    out8(PIC_MASTER, PIC_DONE);
}

/* The main loop looks for itself what there is to do. */
__attribute__((interrupt)) static void
on_master(struct interrupt_frame *frame)
{
    (void)frame;
    out8(PIC_MASTER, PIC_DONE);
}

__attribute__((interrupt)) static void
on_slave(struct interrupt_frame *frame)
{
    (void)frame;
    out8(PIC_SLAVE, PIC_DONE);
    out8(PIC_MASTER, PIC_DONE);
}

static void
set_gate(unsigned number, Handler handler)
{
    uint64_t address = (uint64_t)handler;
    gates[number] = (Gate){.low = (uint16_t)address,
                           .segment = CODE64,
                           .kind = GATE,
                           .middle = (uint16_t)(address >> 16),
                           .high = (uint32_t)(address >> 32)};
}

static void
load_gates(void)
{
    for (unsigned i = 0; i < FAULTS; i++)
        set_gate(i, (Handler)on_fault);
    for (unsigned i = 0; i < LINES; i++)
        set_gate(FAULTS + i, i < 8 ? on_master : on_slave);
    set_gate(FAULTS + LINE_CLOCK, on_clock);
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } pointer = {sizeof(gates) - 1, (uint64_t)gates};
    __asm__ volatile("lidt %0" : : "m"(pointer), "m"(gates));
}

/* Lines 0 to 15 become interrupts 32 to 47; those that we want are let through. */
static void
start_controllers(void)
{
    const uint16_t open =
        1u << LINE_CLOCK | 1u << SLAVE_LINE | 1u << LINE_SERIAL | 1u << LINE_POWER;
    out8(PIC_MASTER, PIC_BEGIN);
    out8(PIC_SLAVE, PIC_BEGIN);
    out8(PIC_MASTER + 1, FAULTS);
    out8(PIC_SLAVE + 1, FAULTS + 8);
    out8(PIC_MASTER + 1, 1u << SLAVE_LINE);
    out8(PIC_SLAVE + 1, SLAVE_LINE);
    out8(PIC_MASTER + 1, PIC_8086);
    out8(PIC_SLAVE + 1, PIC_8086);
    out8(PIC_MASTER + 1, (uint8_t)~open);
    out8(PIC_SLAVE + 1, (uint8_t)(~open >> 8));
}

void
cpu_init(volatile uint64_t *milliseconds)
{
    counter = milliseconds;
    load_gates();
    start_controllers();
    out8(PIT_MODE, PIT_RATE);
    out8(PIT_DATA, PIT_DIVISOR & 0xFF);
    out8(PIT_DATA, PIT_DIVISOR >> 8);
    cpu_allow();
}
