// SPDX-License-Identifier: GPL-2.0
/*
 * SARA: session-aware layer 4 load balancing. What is set up, in which order.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "admission.h"
#include "announce.h"
#include "call.h"
#include "dev.h"
#include "early.h"
#include "flow.h"
#include "hold.h"
#include "inspect.h"
#include "key_table.h"
#include "netlink.h"
#include "node.h"
#include "policy.h"
#include "sched/rank.h"
#include "refused.h"
#include "sara.h"
#include "service.h"
#include "session.h"
#include "source.h"
#include "sync.h"

unsigned int sara_net_id __read_mostly;

static void sara_config_init(struct sara_config *config)
{
	config->max_sessions = 1000000;
	config->max_flows = 4000000;
	config->max_announcements = 1024;
	config->tcp_timeout = 900 * HZ;
	config->closing_timeout = 10 * HZ;
	config->purge_interval = HZ;
	config->inspect_rate = 20000;
	config->early_time = HZ / 10;
	config->early_packets = 1024;
	config->max_refused = 65536;
	config->refused_time = 32 * HZ;
	config->refuse_rate = 1000;
}

static int __net_init sara_net_init(struct net *net)
{
	struct sara_net *sn = sara_net(net);
	int err;

	sn->net = net;
	spin_lock_init(&sn->lock);
	mutex_init(&sn->mutex);
	INIT_LIST_HEAD(&sn->devs);
	INIT_LIST_HEAD(&sn->services);
	INIT_LIST_HEAD(&sn->nodes);
	INIT_LIST_HEAD(&sn->new_sessions);
	INIT_DELAYED_WORK(&sn->purge, sara_session_purge);
	sara_config_init(&sn->config);
	sara_bucket_init(&sn->refuse);
	sn->standby_until = jiffies;
	sn->generation = 1;
	sara_node_net_init(sn);

	sn->stats = sara_stats_alloc();
	if (!sn->stats)
		return -ENOMEM;
	err = sara_flow_net_init(sn);
	if (err)
		goto err_stats;
	err = sara_session_net_init(sn);
	if (err)
		goto err_flow;
	err = sara_announce_net_init(sn);
	if (err)
		goto err_session;
	err = sara_source_net_init(sn);
	if (err)
		goto err_announce;
	err = sara_refused_net_init(sn);
	if (err)
		goto err_source;
	err = sara_inspect_net_init(sn);
	if (err)
		goto err_refused;
	err = sara_early_net_init(sn);
	if (err)
		goto err_inspect;
	err = sara_hold_net_init(sn);
	if (err)
		goto err_early;
	err = sara_sync_net_init(sn);
	if (err)
		goto err_hold;
	queue_delayed_work(system_unbound_wq, &sn->purge,
			   sn->config.purge_interval);
	return 0;

err_hold:
	sara_hold_net_exit(sn);
err_early:
	sara_early_net_exit(sn);
err_inspect:
	sara_inspect_net_exit(sn);
err_refused:
	sara_refused_net_exit(sn);
err_source:
	sara_source_net_exit(sn);
err_announce:
	sara_announce_net_exit(sn);
err_session:
	sara_session_net_exit(sn);
err_flow:
	sara_flow_net_exit(sn);
err_stats:
	free_percpu(sn->stats);
	return err;
}

/* Namespaces come in batches, so that all wait for the same grace periods. */
static void __net_exit sara_net_exit_batch(struct list_head *nets)
{
	struct sara_net *sn;
	struct net *net;

	/* No new packets; those on their way through a hook come to an end. */
	list_for_each_entry(net, nets, exit_list)
		sara_dev_flush(sara_net(net));
	synchronize_net();

	list_for_each_entry(net, nets, exit_list) {
		sn = sara_net(net);
		sara_hold_net_exit(sn);
		sara_sync_net_exit(sn);
		sara_early_net_exit(sn);
		cancel_delayed_work_sync(&sn->purge);
		sara_node_net_exit(sn);
		sara_session_end_matching(sn, NULL, NULL, SARA_END_DELETED);
		sara_service_flush(sn);
		sara_node_flush(sn);
		mutex_lock(&sn->mutex);
		sara_policy_forget(sn);
		mutex_unlock(&sn->mutex);
	}
	rcu_barrier();

	list_for_each_entry(net, nets, exit_list) {
		sn = sara_net(net);
		sara_inspect_net_exit(sn);
		sara_refused_net_exit(sn);
		sara_source_net_exit(sn);
		sara_announce_net_exit(sn);
		sara_session_net_exit(sn);
		sara_flow_net_exit(sn);
		sara_rank_net_exit(sn);
		free_percpu(sn->stats);
	}
}

static struct pernet_operations sara_net_ops = {
	.init		= sara_net_init,
	.exit_batch	= sara_net_exit_batch,
	.id		= &sara_net_id,
	.size		= sizeof(struct sara_net),
};

static int __init sara_init(void)
{
	int err;

	sara_key_table_init();
	sara_call_init();
	sara_admission_init();
	err = sara_flow_init();
	if (err)
		return err;
	err = sara_session_init();
	if (err)
		goto err_flow;
	err = sara_announce_init();
	if (err)
		goto err_session;
	err = register_pernet_subsys(&sara_net_ops);
	if (err)
		goto err_announce;
	err = sara_inspect_init();
	if (err)
		goto err_pernet;
	err = sara_node_init();
	if (err)
		goto err_inspect;
	err = sara_dev_init();
	if (err)
		goto err_node;
	err = sara_netlink_init();
	if (err)
		goto err_dev;
	pr_info("sara: version %s, ABI %u\n", THIS_MODULE->version,
		SARA_ABI_VERSION);
	return 0;

err_dev:
	sara_dev_exit();
err_node:
	sara_node_exit();
err_inspect:
	sara_inspect_exit();
err_pernet:
	unregister_pernet_subsys(&sara_net_ops);
	rcu_barrier();
err_announce:
	sara_announce_exit();
err_session:
	sara_session_exit();
err_flow:
	sara_flow_exit();
	return err;
}

static void __exit sara_exit(void)
{
	sara_netlink_exit();	/* nobody can configure any more */
	sara_dev_exit();	/* nor does any packet come in */
	sara_node_exit();
	sara_inspect_exit();
	unregister_pernet_subsys(&sara_net_ops);
	rcu_barrier();		/* nodes and services that sessions let go of */
	sara_announce_exit();
	sara_session_exit();
	sara_flow_exit();
}

module_init(sara_init);
module_exit(sara_exit);

MODULE_DESCRIPTION("SARA: session-aware layer 4 load balancing");
MODULE_AUTHOR("The SARA authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(SARA_GENL_NAME);
