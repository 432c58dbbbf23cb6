/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim/block/damage.h"

static const struct {
    SimOpenReach refused_from;
    const char *refusal; /* NULL: no opening is refused */
    int check_code;
} damages[] = {
    [SIM_DAMAGE_NONE] = {0},
    [SIM_DAMAGE_LEAK] = {.check_code = 3},
    [SIM_DAMAGE_DIRTY] = {0},
    [SIM_DAMAGE_CORRUPT_FLAG] = {SIM_OPEN_WRITE,
                                 "qcow2: Image is corrupt; cannot be opened read/write", 0},
    /* QEMU would open it, and find out only where it comes across it: what it reads and destroys
     * until then is not simulated. */
    [SIM_DAMAGE_TABLES] = {SIM_OPEN_READ, "Its tables refer to what is not there", 2},
    [SIM_DAMAGE_SHORT_HEADER] = {SIM_OPEN_HEADER, "qcow2 header too short", 1},
    [SIM_DAMAGE_VERSION] = {SIM_OPEN_HEADER, "Unsupported qcow2 version 9", 1},
    [SIM_DAMAGE_FEATURE] = {SIM_OPEN_HEADER,
                            "Unsupported qcow2 feature(s): "
                            "Unknown incompatible feature: 1000000000000",
                            1},
    [SIM_DAMAGE_SNAPSHOT_TABLE] = {SIM_OPEN_HEADER, "Snapshot table offset invalid", 1},
};

const char *
sim_damage_refusal(SimDamage damage, SimOpenReach reach)
{
    return reach >= damages[damage].refused_from ? damages[damage].refusal : NULL;
}

int
sim_damage_check_code(SimDamage damage)
{
    return damages[damage].check_code;
}
