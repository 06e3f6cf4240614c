/* plan/private.h: what the files of the plan share: who owns its memory, and the steps of finishing. */
#ifndef PLAN_PRIVATE_H
#define PLAN_PRIVATE_H

#include "sn/plan.h"

typedef struct sn_place {
    uint32_t group, index; /* group SN_NOBODY: any */
} sn_place;

/** The addresses of a group: a run of its own. */
typedef struct sn_range {
    uint32_t base, bits; /* network address and prefix length of the first block */
    uint32_t last;       /* last address of the run */
    uint32_t group;
} sn_range;

typedef struct sn_plan_memory {
    struct sn_chunk *chunks; /* everything that never grows */
    uint32_t link_cap, group_cap, row_cap, choice_cap, behaviour_cap, call_spec_cap, act_cap,
        check_cap, expect_cap, reached_cap, record_cap, spell_cap, rift_cap, fault_cap, change_cap,
        message_cap;
    sn_place *check_places; /* parallel to checks */
    uint32_t check_place_count, check_place_cap;
    sn_range *ranges; /* by base; group_count of them */
    bool finished;
} sn_plan_memory;

/** Zeroed memory that lives as long as the plan; NULL without memory. */
void *sn_plan_take(sn_plan *plan, size_t count, size_t size);

/** Addresses of all groups (design 3.5). */
SS_MUST_USE ss_status sn_plan_place_groups(sn_plan *plan, const char **why);
/** The address of a group's node. */
uint32_t sn_range_address(const sn_range *range, uint32_t index);
/** Servers, their zones, and the nodes of spells. */
SS_MUST_USE ss_status sn_plan_finish_dns(sn_plan *plan, const char **why);
SS_MUST_USE ss_status sn_plan_finish_faults(sn_plan *plan, const char **why);
SS_MUST_USE ss_status sn_plan_finish_changes(sn_plan *plan, const char **why);
/** The size of the smallest request that has to go by TCP; 0: any may go over UDP. RFC 3261 18.1.1 */
uint16_t sn_plan_tcp_from(const ss_settings *s);
/** The most that a group may take for the MTU of a path; 0: it knows none. */
uint32_t sn_plan_size_mtu(const sn_plan *plan, uint32_t group);
enum { SN_COURSE_STEPS_MAX = 1 << 24, SN_COURSE_SPANS_MAX = 1 << 20 };
/** The level of a change that is a ramp or a walk, while it holds. */
uint32_t sn_course_level(const sn_plan *plan, const sn_courses *courses, uint32_t change,
                         uint32_t node, ss_time now);
/** Is a change that flaps what it is, while it holds, and until when? */
bool sn_course_has(const sn_courses *courses, uint32_t change, uint32_t node, ss_time now,
                   ss_time *until);
/** How many steps its walks have together. */
uint64_t sn_course_steps(const sn_plan *plan, const sn_link_change *c);
/** Dense nodes for indexes of a group; false when there are no such nodes. */
bool sn_plan_bind_range(const sn_plan *plan, sn_node_range *range);
/** Into the cast: who asks for credentials, and who has some. */
SS_MUST_USE ss_status sn_plan_cast_logins(sn_plan *plan);
/** How many nodes a block of a prefix length can hold. */
uint64_t sn_range_capacity(uint32_t bits);
/** Every call of the run, as the plan's seed alone decides them. */
SS_MUST_USE ss_status sn_plan_make_calls(sn_plan *plan, const char **why);

#endif
