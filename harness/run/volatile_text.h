/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a result's text holds that differs from run to run; reports must not.
 */
#pragma once

#include <glib.h>

/** Put $WORKDIR for the worker's folder, and $NOW for each number of ten digits that is a time of
 *  this day in seconds (drivers name snapshots so).  *text may be NULL. */
void volatile_text_hide(char **text, const char *workdir);
