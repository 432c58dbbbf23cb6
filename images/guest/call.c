/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/call.h"

Outcome
call_refuse(Call *call, Outcome outcome, const char *format, const char *word)
{
    call->answer = (Text){0};
    text_add(&call->answer, "guest: ");
    text_add_with(&call->answer, format, word);
    return outcome;
}

bool
call_size(Call *call, unsigned word, uint64_t *bytes)
{
    if (text_size(call->words[word], bytes))
        return true;
    call_refuse(call, CALL_INVALID, "'%' is not a size", call->words[word]);
    return false;
}
