// SPDX-License-Identifier: MIT
/* dql.c - dynamic queue limits: how many bytes may lie in a card's queue without starving it.
 *
 * Path: step 10, when a driver says what it has queued, and step 16, when the card has sent it.
 * Rules: LINUX: lib/dynamic_queue_limits.c. All counters are 32 bits wide and wrap. The limit
 * starts at 0: the first frame stops the queue. There is no stall detection: its threshold is 0 in
 * Linux, too.
 */
#include "core/netdevice.h"

#define DQL_MAX_OBJECT (U32_MAX / 16)
#define DQL_MAX_LIMIT  ((U32_MAX / 2) - DQL_MAX_OBJECT)

/* The difference if it is positive. */
static u32 posdiff(u32 a, u32 b)
{
	return (s32)(a - b) > 0 ? a - b : 0;
}

void dql_reset(const struct net *net, struct dql *dql)
{
	dql->limit = dql->min_limit;
	dql->num_queued = 0;
	dql->num_completed = 0;
	dql->last_obj_cnt = 0;
	dql->prev_num_queued = 0;
	dql->prev_last_obj_cnt = 0;
	dql->prev_ovlimit = 0;
	dql->lowest_slack = U32_MAX;
	dql->slack_start_time_jif = net_jiffies(net);
}

void dql_init(const struct net *net, struct dql *dql, u32 hold_time_jif)
{
	dql->max_limit = DQL_MAX_LIMIT;
	dql->min_limit = 0;
	dql->slack_hold_time_jif = hold_time_jif;
	dql_reset(net, dql);
}

void dql_queued(struct dql *dql, u32 count)
{
	assert(count <= DQL_MAX_OBJECT);
	dql->last_obj_cnt = count;
	dql->num_queued += count;
}

/* Below zero: over the limit. */
s32 dql_avail(const struct dql *dql)
{
	return (s32)(dql->adj_limit - dql->num_queued);
}

static u32 clamp_limit(const struct dql *dql, u32 limit)
{
	return min_u32(max_u32(limit, dql->min_limit), dql->max_limit);
}

/* The queue was busy all the time: what it held above what it needed may go, once it has been too
 * much for the whole hold time.
 */
static u32 limit_less_slack(const struct net *net, struct dql *dql, u32 limit, u32 completed)
{
	u32 slack = posdiff(limit + dql->prev_ovlimit, 2 * (completed - dql->num_completed));
	u32 slack_last_objs =
		dql->prev_ovlimit != 0 ? posdiff(dql->prev_last_obj_cnt, dql->prev_ovlimit) : 0;

	dql->lowest_slack = min_u32(dql->lowest_slack, max_u32(slack, slack_last_objs));
	if (!time_after(net_jiffies(net), dql->slack_start_time_jif + dql->slack_hold_time_jif))
		return limit;
	limit = posdiff(limit, dql->lowest_slack);
	dql->slack_start_time_jif = net_jiffies(net);
	dql->lowest_slack = U32_MAX;
	return limit;
}

void dql_completed(const struct net *net, struct dql *dql, u32 count)
{
	u32 num_queued = dql->num_queued;
	u32 completed = dql->num_completed + count;
	u32 limit = dql->limit;
	u32 ovlimit = posdiff(num_queued - dql->num_completed, limit);
	u32 inprogress = num_queued - completed;
	u32 prev_inprogress = dql->prev_num_queued - dql->num_completed;
	bool all_prev_completed = (s32)(completed - dql->prev_num_queued) >= 0;

	/* INVARIANT: nobody completes more than was queued. */
	assert(count <= num_queued - dql->num_completed);
	if ((ovlimit != 0 && inprogress == 0) || (dql->prev_ovlimit != 0 && all_prev_completed)) {
		/* Starved: what was sent and completed since comes on top. */
		limit += posdiff(completed, dql->prev_num_queued) + dql->prev_ovlimit;
		dql->slack_start_time_jif = net_jiffies(net);
		dql->lowest_slack = U32_MAX;
	} else if (inprogress != 0 && prev_inprogress != 0 && !all_prev_completed) {
		limit = limit_less_slack(net, dql, limit, completed);
	}

	limit = clamp_limit(dql, limit);
	if (limit != dql->limit) {
		dql->limit = limit;
		ovlimit = 0;
	}
	dql->adj_limit = limit + completed;
	dql->prev_ovlimit = ovlimit;
	dql->prev_last_obj_cnt = dql->last_obj_cnt;
	dql->num_completed = completed;
	dql->prev_num_queued = num_queued;
}
