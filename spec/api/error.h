/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Error codes with libvirt's names and numbers (errors.def), as a GError domain.
 * Inside spec/, sim/ and harness/ every failure is a GError of domain VM_ERROR
 * whose code is the VIR_ERR_* number; the target seam turns it into vm_error.
 */
#pragma once

#include <glib.h>

/** The GError domain of every API error. */
#define VM_ERROR (vm_error_quark())

/** VIR_ERR_* by libvirt's names and numbers. */
typedef enum {
#define VM_ERR(name, number, since) VIR_ERR_##name = number,
#include "spec/api/errors.def"
} VmErrorCode;

/** The quark behind VM_ERROR. */
GQuark vm_error_quark(void);

/** "OPERATION_INVALID" for 55; "UNKNOWN" for a number that is not in the table.  Static string. */
const char *vm_error_name(int code);

/** The number of a name, with or without "VIR_ERR_"; -1 if there is none. */
int vm_error_number(const char *name);

/** Set *error to code with a printf-style text; does nothing where error is NULL.
 *  Always returns FALSE, so that a guard is one line: return vm_refuse(error, …). */
gboolean vm_refuse(GError **error, VmErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);
