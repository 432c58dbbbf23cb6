/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The guest's processor: ports, interrupts, the clock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Read a byte from a port. */
static inline uint8_t
in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/** Read two bytes from a port. */
static inline uint16_t
in16(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/** Read four bytes from a port. */
static inline uint32_t
in32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/** Write a byte to a port. */
static inline void
out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/** Write two bytes to a port. */
static inline void
out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/** Write four bytes to a port. */
static inline void
out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/** Wait a little, in a loop that looks for something. */
static inline void
cpu_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/** Let no interrupt in, until cpu_allow() or cpu_sleep(). */
static inline void
cpu_hold(void)
{
    __asm__ volatile("cli" : : : "memory");
}

/** Let interrupts in. */
static inline void
cpu_allow(void)
{
    __asm__ volatile("sti" : : : "memory");
}

/** Let interrupts in and sleep until one came; one that waits already ends it at once. */
static inline void
cpu_sleep(void)
{
    __asm__ volatile("sti; hlt" : : : "memory");
}

/** Set up interrupts and let them in: the clock, which adds its milliseconds to *milliseconds; the
 *  serial port and the power button, which end cpu_sleep() and do no more. */
void cpu_init(volatile uint64_t *milliseconds);
