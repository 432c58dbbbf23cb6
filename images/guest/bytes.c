/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the compiler and our code expect of <string.h>; there is no C library.
 */
#include <stdint.h>
#include <string.h>

void *
memcpy(void *to, const void *from, size_t length)
{
    void *at = to;
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(length) : : "memory");
    return to;
}

void *
memset(void *to, int byte, size_t length)
{
    void *at = to;
    size_t words = length / 8;
    uint64_t word = (unsigned char)byte * 0x0101010101010101u;
    __asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(word) : "memory");
    length %= 8;
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(length) : "a"(byte) : "memory");
    return to;
}

void *
memmove(void *to, const void *from, size_t length)
{
    char *target = to;
    const char *source = from;
    if (target <= source)
        return memcpy(to, from, length);
    while (length-- > 0)
        target[length] = source[length];
    return to;
}

int
strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

size_t
strlen(const char *text)
{
    const char *end = text;
    while (*end != '\0')
        end++;
    return (size_t)(end - text);
}

char *
strchr(const char *text, int byte)
{
    for (; *text != '\0'; text++) {
        if (*text == (char)byte)
            return (char *)text;
    }
    return byte == '\0' ? (char *)text : NULL;
}
