/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Worlds with a history of their own: what has to have happened before a
 * certain guard of reverts and deletions has anything to object to.
 */
#include "harness/explore/world_kinds.h"

#define ONE_DISK "domain vm { disk vda qcow2 8M }\n"
#define BEGIN "start vm\nguest vm write vda 0 64K pattern A\n"
#define LATER "guest vm write vda 0 64K pattern B\n"

/* A record as somebody else may have left it. */
#define RECORD(state, definition)                                                                  \
    "file write ${meta}/vm/s1.xml <<END\n<domainsnapshot><name>s1</name><state>" state             \
    "</state><creationTime>1000</creationTime>" definition                                         \
    "<active>1</active></domainsnapshot>\nEND\nrestart\n"

static const WorldHistory histories[] = {
    {"inner-current",
     ONE_DISK "snapshot-create-as vm s1 --disk-only\n" BEGIN
              "snapshot-create-as vm s2 --disk-only\n" LATER "snapshot-revert vm s1 --force\n",
     "s1 s2 nope"},
    {"unlisted-tags",
     ONE_DISK BEGIN
     "snapshot-create-as vm s1 --disk-only\nsnapshot-create-as vm own --no-metadata\n"
     "snapshot-create-as vm s2 --disk-only\nsnapshot-revert vm s1 --force\n"
     "snapshot-create-as vm own --no-metadata\n",
     "s1 s2 nope"},
    {"memory-alone",
     "domain vm { disk vda qcow2 8M; disk vdb qcow2 8M }\n" BEGIN
     "snapshot-create-as vm s1 --memspec ${dir}/s1.mem --diskspec vda,snapshot=no\n" LATER
     "destroy vm\n",
     "s1 nope"},
    {"other-abi",
     ONE_DISK BEGIN "snapshot-create-as vm s1\n" LATER "destroy vm\n"
                    "edit bigger.xml from vm "
                    "{ set \"/domain/memory | /domain/currentMemory\" 262144 }\n"
                    "define bigger.xml\nstart vm\n",
     "s1 nope"},
    {"other-image",
     ONE_DISK BEGIN "snapshot-create-as vm s1\n" LATER "destroy vm\n"
                    "domain donor { undefined; disk vda qcow2 8M file=${dir}/swap.img }\n"
                    "define donor\nedit swapped.xml from vm "
                    "{ set /domain/devices/disk/source/@file ${dir}/swap.img }\n"
                    "undefine donor\ndefine swapped.xml\nstart vm\n",
     "s1 nope"},
    {"without-definition",
     ONE_DISK
     "snapshot-create-as vm s1\n" RECORD("shutoff", "<domain><uuid>${vm.uuid}</uuid></domain>"),
     "s1 nope"},
    {"asleep", ONE_DISK "snapshot-create-as vm s1\n" RECORD("pmsuspended", "${vm.xml}"), "s1 nope"},
};

const WorldHistory *
world_histories(guint *count)
{
    *count = G_N_ELEMENTS(histories);
    return histories;
}
