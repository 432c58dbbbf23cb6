/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Part of a driver that was compiled with -fsanitize-coverage=trace-pc: notes
 * which of its blocks of code a test reaches, child processes included.
 */
#include "ci/mutation/recorder/recorder.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define HERE __attribute__((visibility("hidden")))

/* The linker's: where this shared object begins, and where its code ends. */
extern const char __ehdr_start[] HERE;
extern const char etext[] HERE;

void __sanitizer_cov_trace_pc(void);

static uint8_t *seen; /* one byte for each of the code */
static pid_t recorder;
static struct timespec began;

static size_t
code_size(void)
{
    return (size_t)(etext - __ehdr_start);
}

__attribute__((constructor)) static void
recorder_open(void)
{
    void *memory =
        mmap(NULL, code_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    seen = memory != MAP_FAILED ? memory : NULL;
    recorder = getpid();
    recorder_begin();
}

/* A program that is one test. */
__attribute__((destructor)) static void
recorder_close(void)
{
    const char *name = getenv("RECORDER_NAME");
    if (name != NULL && getpid() == recorder)
        recorder_end(name);
}

/* What the compiler calls at the begin of each block. */
void
__sanitizer_cov_trace_pc(void)
{
    if (seen != NULL)
        seen[(const char *)__builtin_return_address(0) - __ehdr_start] = 1;
}

void
recorder_begin(void)
{
    memset(seen, 0, code_size());
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
}

static uint32_t
microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint32_t)((now.tv_sec - began.tv_sec) * 1000000 + (now.tv_nsec - began.tv_nsec) / 1000);
}

void
recorder_end(const char *name)
{
    RecordHead head = {.name_length = (uint32_t)strlen(name), .microseconds = microseconds()};
    FILE *file = fopen(getenv("RECORDER_INTO"), "ab");
    size_t written = 0;
    for (size_t i = 0; i < code_size(); i++)
        head.count += seen[i];
    if (file == NULL)
        abort();
    written += fwrite(&head, sizeof(head), 1, file) + fwrite(name, head.name_length, 1, file);
    for (uint32_t i = 0; i < code_size(); i++)
        if (seen[i])
            written += fwrite(&i, sizeof(i), 1, file);
    if (fclose(file) != 0 || written != 2 + head.count)
        abort();
}
