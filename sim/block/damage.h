/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What can be wrong with a qcow2 image, and who finds it.
 */
#pragma once

#include <glib.h>

/** What is wrong; from LEAK on in the order of harm. */
typedef enum {
    SIM_DAMAGE_NONE,
    SIM_DAMAGE_LEAK,         /* a cluster that nobody uses has a refcount */
    SIM_DAMAGE_DIRTY,        /* the dirty flag: the next who writes repairs the refcounts */
    SIM_DAMAGE_CORRUPT_FLAG, /* marked corrupt: nobody may write */
    SIM_DAMAGE_TABLES,       /* the tables refer to what is not there */
    SIM_DAMAGE_SHORT_HEADER,
    SIM_DAMAGE_VERSION,
    SIM_DAMAGE_FEATURE,
    SIM_DAMAGE_SNAPSHOT_TABLE,
} SimDamage;

/** What an opener is to do with the image. */
typedef enum {
    SIM_OPEN_HEADER, /* look at what the header tells */
    SIM_OPEN_READ,
    SIM_OPEN_WRITE,
} SimOpenReach;

/** Why such an opening is refused, in QEMU's words where they are QEMU's; NULL: it is not.  Static
 *  string. */
const char *sim_damage_refusal(SimDamage damage, SimOpenReach reach);
/** What qemu-img check ends with. */
int sim_damage_check_code(SimDamage damage);
