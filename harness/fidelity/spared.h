/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a lock step does not ask of QEMU 7.2, as it dies or hangs of it, or
 * answers by chance.
 */
#pragma once

#include <jansson.h>
#include "harness/fidelity/view.h"

/** Why a command (borrowed) is not for QEMU 7.2 as things are; NULL where it is.  A static string.
 */
const char *spared_reason(const View *view, const json_t *command);
