// SPDX-License-Identifier: GPL-2.0
/*
 * The least that a hook at netdev ingress can do to send a packet on: no
 * parsing, no lookup, no counters. All packets of one device leave by another
 * with the same new addresses. What others do beyond this is their own.
 *
 *   insmod bare.ko in=eth0 out=eth1 mac=02:00:00:01:00:01
 *
 * For measurements alone: it takes whatever comes, and holds both devices until
 * it is unloaded.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/skbuff.h>

static char *in;
module_param(in, charp, 0);
MODULE_PARM_DESC(in, "device that packets come by, in the namespace of who loads this");

static char *out;
module_param(out, charp, 0);
MODULE_PARM_DESC(out, "device that they leave by");

static char *mac;
module_param(mac, charp, 0);
MODULE_PARM_DESC(mac, "where they go");

static struct net_device *bare_out;
static struct ethhdr bare_eth;

static unsigned int bare_hook(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct ethhdr *eth;

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NF_STOLEN;
	if (skb_cow_head(skb, LL_RESERVED_SPACE(bare_out))) {
		kfree_skb(skb);
		return NF_STOLEN;
	}
	eth = skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	memcpy(eth, &bare_eth, 2 * ETH_ALEN);
	eth->h_proto = skb->protocol;
	skb->dev = bare_out;
	skb_clear_tstamp(skb);
	dev_queue_xmit(skb);
	return NF_STOLEN;
}

static struct nf_hook_ops bare_ops = {
	.hook		= bare_hook,
	.pf		= NFPROTO_NETDEV,
	.hooknum	= NF_NETDEV_INGRESS,
};

static int __init bare_init(void)
{
	struct net *net = current->nsproxy->net_ns;
	int err = -ENODEV;

	if (!in || !out || !mac || !mac_pton(mac, bare_eth.h_dest))
		return -EINVAL;
	bare_ops.dev = dev_get_by_name(net, in);
	bare_out = dev_get_by_name(net, out);
	if (!bare_ops.dev || !bare_out)
		goto put;
	memcpy(bare_eth.h_source, bare_out->dev_addr, ETH_ALEN);
	err = nf_register_net_hook(net, &bare_ops);
	if (!err)
		return 0;
put:
	dev_put(bare_ops.dev);
	dev_put(bare_out);
	return err;
}

static void __exit bare_exit(void)
{
	nf_unregister_net_hook(dev_net(bare_ops.dev), &bare_ops);
	dev_put(bare_ops.dev);
	dev_put(bare_out);
}

module_init(bare_init);
module_exit(bare_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Sends all packets of a device on by another");
