/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Virtual time and random numbers of a world.
 */
#pragma once

#include <glib.h>

/** Nanoseconds since the epoch; moves only when it is told to. */
typedef struct {
    gint64 now;
} SimClock;

/** A seeded source of random numbers. */
typedef struct {
    guint64 state;
} SimRandom;

/** 2026-01-01 00:00:00 UTC. */
#define SIM_CLOCK_START (G_GINT64_CONSTANT(1767225600) * 1000000000)
/** What a QMP command or a sync takes. */
#define SIM_CLOCK_STEP G_GINT64_CONSTANT(1000)

/** Let nanoseconds pass. */
static inline void
sim_clock_advance(SimClock *clock, gint64 nanoseconds)
{
    g_assert(nanoseconds >= 0);
    clock->now += nanoseconds;
}

/** The next 64 random bits (splitmix64). */
static inline guint64
sim_random_next(SimRandom *source)
{
    source->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    guint64 z = source->state;
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
