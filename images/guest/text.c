/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "images/guest/text.h"

#include <string.h>

static void
add_byte(Text *text, char byte)
{
    if (text->length + 1 < sizeof(text->bytes))
        text->bytes[text->length++] = byte;
}

void
text_add(Text *text, const char *more)
{
    for (; *more != '\0'; more++)
        add_byte(text, *more);
}

void
text_add_with(Text *text, const char *format, const char *word)
{
    for (; *format != '\0'; format++) {
        if (*format == '%')
            text_add(text, word);
        else
            add_byte(text, *format);
    }
}

void
text_add_number(Text *text, uint64_t number)
{
    char digits[21];
    unsigned at = sizeof(digits);
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(text, digits + at);
}

void
text_add_hash(Text *text, uint64_t hash)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        add_byte(text, "0123456789abcdef"[hash >> shift & 15]);
}

unsigned
text_split(char *line, char **words, unsigned most)
{
    unsigned count = 0;
    for (char *at = line; *at != '\0'; at++) {
        bool blank = *at == ' ' || *at == '\t' || *at == '\r';
        bool begins = !blank && (at == line || at[-1] == '\0');
        if (begins && count == most)
            return most + 1;
        if (begins)
            words[count++] = at;
        if (blank)
            *at = '\0';
    }
    return count;
}

/* The value of a digit in a base, or -1. */
static int
digit_of(char byte, unsigned base)
{
    int value = byte >= '0' && byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10;
    bool is_one = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
    return is_one && (unsigned)value < base ? value : -1;
}

/* The number at the start of a word; returns what follows it, the word itself for none. */
static const char *
read_number(const char *word, uint64_t *number)
{
    bool is_hex = word[0] == '0' && (word[1] | 0x20) == 'x' && digit_of(word[2], 16) >= 0;
    unsigned base = is_hex ? 16 : 10;
    const char *at = is_hex ? word + 2 : word;
    *number = 0;
    for (; digit_of(*at, base) >= 0; at++) {
        if (*number > (UINT64_MAX - 15) / base)
            return word;
        *number = *number * base + (unsigned)digit_of(*at, base);
    }
    return at;
}

bool
text_number(const char *word, uint64_t *number)
{
    const char *end = read_number(word, number);
    return end != word && *end == '\0';
}

bool
text_size(const char *word, uint64_t *bytes)
{
    static const char units[] = "kmgt";
    const char *end = read_number(word, bytes);
    if (end == word)
        return false;
    if (*end == '\0')
        return true;
    const char *unit = strchr(units, *end | 0x20);
    if (unit == NULL || end[1] != '\0')
        return false;
    unsigned shift = 10 * (unsigned)(unit - units + 1);
    if (*bytes > UINT64_MAX >> shift)
        return false;
    *bytes <<= shift;
    return true;
}
