/*
 * In the kernel: which process opens, uses and ends which socket. Compiled
 * for BPF, embedded into tallyman, loaded by tracer.c. Structs of the kernel
 * are declared with the members that are read; where these stand in the
 * kernel that runs is filled in when it is loaded (CO-RE).
 *
 * TCP tells of itself by its states. connect(), listen(), close() and
 * shutdown() change them in the process that calls; what a segment changes
 * happens in whatever process was interrupted, so it says nothing of that.
 * Who accepted a connection shows when he first reads or writes, or closes.
 * UDP has no states: who binds, sends or receives has the socket.
 */
#include "host/tracer_events.h"

/* What the headers of libbpf expect of those of the kernel. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int16_t __s16;
typedef int32_t __s32;
typedef int64_t __s64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t __wsum;

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

/* The kernel's interface; these never change. */
enum {
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,

	AF_INET = 2,
	AF_INET6 = 10,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	PF_KTHREAD = 0x00200000,

	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_FIN_WAIT1 = 4,
	TCP_CLOSE = 7,
	TCP_LAST_ACK = 9,
	TCP_LISTEN = 10
};

enum { TRACER_SOCKETS = 65536, TRACER_PROCESSES = 8192, TRACER_RING = 1 << 21 };

/* A socket of UDP in use is told of again after a second. */
#define TRACER_AGAIN_NS 1000000000ull

#define KERNEL __attribute__((preserve_access_index))

struct ns_common {
	unsigned int		inum;
} KERNEL;

struct net {
	struct ns_common	ns;
} KERNEL;

typedef struct {
	struct net		*net;
} KERNEL possible_net_t;

struct in6_addr {
	uint8_t			in6_u[16];
} KERNEL;

typedef struct {
	int64_t			counter;
} KERNEL atomic64_t;

struct sock_common {
	uint32_t		skc_daddr;
	uint32_t		skc_rcv_saddr;
	uint16_t		skc_dport;
	uint16_t		skc_num;
	unsigned short		skc_family;
	unsigned char		skc_ipv6only:1;
	possible_net_t		skc_net;
	struct in6_addr		skc_v6_daddr;
	struct in6_addr		skc_v6_rcv_saddr;
	atomic64_t		skc_cookie;
} KERNEL;

struct sock {
	struct sock_common	__sk_common;
	uint16_t		sk_protocol;
} KERNEL;

struct inet_sock {
	struct sock		sk;
	uint16_t		inet_sport;
} KERNEL;

struct nsproxy {
	struct net		*net_ns;
} KERNEL;

struct task_struct {
	unsigned int		flags;
	int			pid;
	int			tgid;
	struct task_struct	*group_leader;
	struct nsproxy		*nsproxy;
	uint64_t		start_boottime;
	char			comm[TRACER_NAME_SIZE];
} KERNEL;

struct linux_binprm {
	const char		*interp;
} KERNEL;

/* What a program of a cgroup may ask of a socket (linux/bpf.h). */
struct bpf_sock {
	uint32_t	bound_dev_if;
	uint32_t	family;
	uint32_t	type;
	uint32_t	protocol;
	uint32_t	mark;
	uint32_t	priority;
	uint32_t	src_ip4;
	uint32_t	src_ip6[4];
	uint32_t	src_port;	/* the host's order */
};

struct bpf_raw_tracepoint_args {
	uint64_t	args[0];
};

/* Who began to connect, until the connection has both of its ports. */
struct tracer_start {
	uint64_t		time_ns;
	struct tracer_process	process;
};

/* Of a socket (pid 0), or of a process that uses one of UDP. */
struct tracer_key {
	uint64_t		name;	/* cookie, or the address */
	uint32_t		pid;
	uint32_t		unused;
};

/* What was told of it, and when. */
struct tracer_told {
	uint64_t		time_ns;
	struct tracer_socket	socket;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TRACER_RING);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TRACER_SOCKETS);
	__type(key, uint64_t);		/* address of the socket */
	__type(value, struct tracer_start);
} starts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TRACER_SOCKETS);
	__type(key, struct tracer_key);
	__type(value, struct tracer_told);
} told SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TRACER_PROCESSES);
	__type(key, uint32_t);		/* pid */
	__type(value, struct tracer_exe);
} exes SEC(".maps");

/* Processes that an event named; the value is never read. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TRACER_PROCESSES);
	__type(key, uint32_t);
	__type(value, uint32_t);
} named SEC(".maps");

/* Events that the ring had no room for. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, uint64_t);
} lost SEC(".maps");

char	tracer_license[] SEC("license") = "Dual BSD/GPL";

/* The process that runs; false for the kernel's own threads. */
static __always_inline int
tracer_current(struct tracer_process *p)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	p->pid = bpf_get_current_pid_tgid() >> 32;
	p->uid = (uint32_t)bpf_get_current_uid_gid();
	p->cgroup = bpf_get_current_cgroup_id();
	p->start_ns = BPF_CORE_READ(leader, start_boottime);
	bpf_core_read_str(p->name, sizeof p->name, &leader->comm);
	return p->pid != 0 && (BPF_CORE_READ(task, flags) & PF_KTHREAD) == 0;
}

/* Both ends; false when it is no socket of TCP or UDP, or has no port yet. */
static __always_inline int
tracer_read_socket(struct sock *sk, struct tracer_socket *s)
{
	uint16_t family = BPF_CORE_READ(sk, __sk_common.skc_family);
	struct inet_sock *inet = (struct inet_sock *)sk;

	if (family != AF_INET && family != AF_INET6)
		return 0;
	s->protocol = (uint8_t)BPF_CORE_READ(sk, sk_protocol);
	if (s->protocol != IPPROTO_TCP && s->protocol != IPPROTO_UDP)
		return 0;
	s->local_port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	if (s->local_port == 0)
		s->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (s->local_port == 0)
		return 0;
	s->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	s->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	if (family == AF_INET) {
		s->family = 4;
		BPF_CORE_READ_INTO((uint32_t *)s->local, sk,
		    __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((uint32_t *)s->remote, sk,
		    __sk_common.skc_daddr);
		return 1;
	}
	s->family = 6;
	s->is_v6only = BPF_CORE_READ_BITFIELD_PROBED(sk,
	    __sk_common.skc_ipv6only);
	bpf_core_read(s->local, sizeof s->local,
	    &sk->__sk_common.skc_v6_rcv_saddr);
	bpf_core_read(s->remote, sizeof s->remote,
	    &sk->__sk_common.skc_v6_daddr);
	return 1;
}

static __always_inline void
tracer_count_lost(void)
{
	uint32_t zero = 0;
	uint64_t *count = bpf_map_lookup_elem(&lost, &zero);

	if (count != 0)
		__sync_fetch_and_add(count, 1);
}

static __always_inline void
tracer_tell(uint32_t kind, uint64_t time_ns, const struct tracer_process *p,
    const struct tracer_socket *s)
{
	struct tracer_event *e = bpf_ringbuf_reserve(&events, sizeof *e, 0);
	uint32_t one = 1;

	if (e == 0) {
		tracer_count_lost();
		return;
	}
	__builtin_memset(e, 0, sizeof *e);
	e->kind = kind;
	e->time_ns = time_ns;
	if (p != 0)
		e->process = *p;
	if (s != 0)
		e->socket = *s;
	if (kind == TRACER_OPEN)
		bpf_map_update_elem(&named, &e->process.pid, &one, 0);
	bpf_ringbuf_submit(e, 0);
}

/*
 * A socket's name among those told of. One of UDP has the cookie that its
 * end knows too, unless it is older than we; for TCP the address will do, as
 * its end is seen with it.
 */
static __always_inline uint64_t
tracer_name(struct sock *sk, uint8_t protocol)
{
	uint64_t cookie = 0;

	if (protocol == IPPROTO_UDP)
		cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	return cookie != 0 ? cookie : (uint64_t)sk;
}

static __always_inline int
tracer_is_same(const struct tracer_socket *a, const struct tracer_socket *b)
{
	const uint64_t *p = (const uint64_t *)a, *q = (const uint64_t *)b;

	/* Two addresses, ports and namespace: five words of eight bytes. */
	return p[0] == q[0] && p[1] == q[1] && p[2] == q[2] &&
	    p[3] == q[3] && p[4] == q[4];
}

static __always_inline void
tracer_note(const struct tracer_key *key, uint64_t now_ns,
    const struct tracer_socket *s)
{
	struct tracer_told now = { .time_ns = now_ns, .socket = *s };

	bpf_map_update_elem(&told, key, &now, 0);
}

/* Whether this was said already; of UDP each process is, now and again. */
static __always_inline int
tracer_is_told(const struct tracer_key *key, uint64_t now_ns,
    const struct tracer_socket *s)
{
	struct tracer_told *last = bpf_map_lookup_elem(&told, key);

	return last != 0 && tracer_is_same(&last->socket, s) &&
	    (key->pid == 0 || now_ns - last->time_ns < TRACER_AGAIN_NS);
}

/* A socket of UDP that has other ends now no longer has the last ones. */
static __always_inline void
tracer_move(uint64_t name, uint64_t now_ns, const struct tracer_socket *s)
{
	struct tracer_key key = { .name = name };
	struct tracer_told *last = bpf_map_lookup_elem(&told, &key);

	if (last != 0 && tracer_is_same(&last->socket, s))
		return;
	if (last != 0) {
		struct tracer_socket before = last->socket;

		tracer_tell(TRACER_CLOSE, now_ns, 0, &before);
	}
	tracer_note(&key, now_ns, s);
}

/* The process that runs has the socket. */
static __always_inline void
tracer_have(uint64_t name, const struct tracer_socket *s)
{
	uint64_t now_ns = bpf_ktime_get_ns();
	struct tracer_key key = { .name = name };
	struct tracer_process p = { .pid = 0 };

	if (s->protocol == IPPROTO_UDP)
		key.pid = bpf_get_current_pid_tgid() >> 32;
	if (tracer_is_told(&key, now_ns, s) || !tracer_current(&p))
		return;
	if (s->protocol == IPPROTO_UDP)
		tracer_move(name, now_ns, s);
	tracer_note(&key, now_ns, s);
	tracer_tell(TRACER_OPEN, now_ns, &p, s);
}

static __always_inline int
tracer_use(struct sock *sk)
{
	struct tracer_socket s = { .family = 0 };

	if (tracer_read_socket(sk, &s))
		tracer_have(tracer_name(sk, s.protocol), &s);
	return 0;
}

static __always_inline void
tracer_begin(struct sock *sk)
{
	struct tracer_start start = { .time_ns = bpf_ktime_get_ns() };
	uint64_t key = (uint64_t)sk;

	(void)tracer_current(&start.process);
	bpf_map_update_elem(&starts, &key, &start, 0);
}

/* Both ports are known now. */
static __always_inline void
tracer_started(struct sock *sk, const struct tracer_socket *s)
{
	struct tracer_key key = { .name = (uint64_t)sk };
	struct tracer_start *start = bpf_map_lookup_elem(&starts, &key.name);
	struct tracer_start copy;

	if (start == 0)
		return;
	copy = *start;
	bpf_map_delete_elem(&starts, &key.name);
	if (copy.process.pid == 0)
		return;
	tracer_note(&key, copy.time_ns, s);
	tracer_tell(TRACER_OPEN, copy.time_ns, &copy.process, s);
}

static __always_inline void
tracer_end(struct sock *sk, const struct tracer_socket *s)
{
	struct tracer_key key = { .name = (uint64_t)sk };

	bpf_map_delete_elem(&told, &key);
	tracer_tell(TRACER_CLOSE, bpf_ktime_get_ns(), 0, s);
}

/* TP_PROTO(const struct sock *sk, const int oldstate, const int newstate) */
SEC("raw_tracepoint/inet_sock_set_state")
int
tracer_state(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	int before = (int)ctx->args[1], after = (int)ctx->args[2];
	struct tracer_socket s = { .family = 0 };

	if (after == TCP_SYN_SENT) {
		tracer_begin(sk);
		return 0;
	}
	if (!tracer_read_socket(sk, &s) || s.protocol != IPPROTO_TCP)
		return 0;
	if (before == TCP_SYN_SENT)
		tracer_started(sk, &s);
	else if (after == TCP_LISTEN || after == TCP_FIN_WAIT1 ||
	    after == TCP_LAST_ACK)
		(void)tracer_use(sk);
	if (after == TCP_CLOSE)
		tracer_end(sk, &s);
	return 0;
}

/*
 * A SYN was not answered for a while.
 * TP_PROTO(const struct sock *sk, const struct sk_buff *skb, ...)
 */
SEC("raw_tracepoint/tcp_retransmit_skb")
int
tracer_retransmit(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	struct tracer_socket s = { .family = 0 };
	uint64_t key = (uint64_t)sk;

	if (bpf_map_lookup_elem(&starts, &key) != 0 &&
	    tracer_read_socket(sk, &s))
		tracer_started(sk, &s);
	return 0;
}

/* TP_PROTO(struct sock *sk, int ret, int flags), since Linux 6.3 */
SEC("raw_tracepoint/sock_send_length")
int
tracer_send(struct bpf_raw_tracepoint_args *ctx)
{
	return tracer_use((struct sock *)ctx->args[0]);
}

SEC("raw_tracepoint/sock_recv_length")
int
tracer_receive(struct bpf_raw_tracepoint_args *ctx)
{
	return tracer_use((struct sock *)ctx->args[0]);
}

/* TP_PROTO(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm) */
SEC("raw_tracepoint/sched_process_exec")
int
tracer_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct linux_binprm *program = (struct linux_binprm *)ctx->args[2];
	uint32_t pid = BPF_CORE_READ(task, tgid);
	struct tracer_exe exe = { .start_ns = 0 };

	exe.start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	bpf_probe_read_kernel_str(exe.path, sizeof exe.path,
	    BPF_CORE_READ(program, interp));
	bpf_map_update_elem(&exes, &pid, &exe, 0);
	return 0;
}

/* TP_PROTO(struct task_struct *p, ...): of the last thread that matters. */
SEC("raw_tracepoint/sched_process_exit")
int
tracer_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct tracer_process p = { .pid = BPF_CORE_READ(task, tgid) };

	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid) ||
	    bpf_map_lookup_elem(&named, &p.pid) == 0)
		return 0;
	p.start_ns = BPF_CORE_READ(task, start_boottime);
	tracer_tell(TRACER_EXIT, bpf_ktime_get_ns(), &p, 0);
	bpf_map_delete_elem(&named, &p.pid);
	return 0;
}

/* Gives every new socket a cookie, which is its name at its end. */
SEC("cgroup/sock_create")
int
tracer_create(struct bpf_sock *ctx)
{
	(void)bpf_get_socket_cookie(ctx);
	return 1;
}

static __always_inline int
tracer_bound(struct bpf_sock *ctx, struct tracer_socket *s)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (s->protocol != IPPROTO_UDP || s->local_port == 0)
		return 1;
	s->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	tracer_have(bpf_get_socket_cookie(ctx), s);
	return 1;
}

SEC("cgroup/post_bind4")
int
tracer_bind4(struct bpf_sock *ctx)
{
	struct tracer_socket s = { .family = 4 };

	s.protocol = (uint8_t)ctx->protocol;
	s.local_port = (uint16_t)ctx->src_port;
	*(uint32_t *)s.local = ctx->src_ip4;
	return tracer_bound(ctx, &s);
}

SEC("cgroup/post_bind6")
int
tracer_bind6(struct bpf_sock *ctx)
{
	struct tracer_socket s = { .family = 6 };

	s.protocol = (uint8_t)ctx->protocol;
	s.local_port = (uint16_t)ctx->src_port;
	((uint32_t *)s.local)[0] = ctx->src_ip6[0];
	((uint32_t *)s.local)[1] = ctx->src_ip6[1];
	((uint32_t *)s.local)[2] = ctx->src_ip6[2];
	((uint32_t *)s.local)[3] = ctx->src_ip6[3];
	return tracer_bound(ctx, &s);
}

SEC("cgroup/sock_release")
int
tracer_release(struct bpf_sock *ctx)
{
	struct tracer_key key = { .name = bpf_get_socket_cookie(ctx) };
	struct tracer_told *last;
	struct tracer_socket s;

	if (ctx->protocol != IPPROTO_UDP)
		return 1;
	last = bpf_map_lookup_elem(&told, &key);
	if (last == 0)
		return 1;
	s = last->socket;
	bpf_map_delete_elem(&told, &key);
	tracer_tell(TRACER_CLOSE, bpf_ktime_get_ns(), 0, &s);
	return 1;
}
