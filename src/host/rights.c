/*
 * Rights of the collector; see rights.h. Straight to the kernel: what is
 * kept across the change of user is the same with and without libcap-ng.
 */
#include "host/rights.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* To see whose sockets are whose, and of BPF what a map says. */
#define RIGHTS_KEPT (UINT64_C(1) << CAP_SYS_PTRACE | \
	UINT64_C(1) << CAP_DAC_READ_SEARCH | UINT64_C(1) << CAP_BPF)

static int	become(const char *, struct error *);
static int	keep_capabilities(struct error *);

int
rights_keep(const char *user, struct error *error)
{
	if (geteuid() == 0 && become(user, error) < 0)
		return -1;
	if (keep_capabilities(error) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_system(error, errno,
		    "cannot forbid new privileges");
	return 0;
}

static int
become(const char *user, struct error *error)
{
	const struct passwd *entry;

	entry = getpwnam(user != NULL ? user : "tallyman");
	if (entry == NULL && user == NULL)
		entry = getpwnam("nobody");
	if (entry == NULL || entry->pw_uid == 0)
		return error_set(error, "cannot become user '%s': %s",
		    user != NULL ? user : "nobody",
		    entry == NULL ? "no such user" : "that is root");
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
	    setgroups(0, NULL) < 0 ||
	    setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) < 0 ||
	    setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) < 0)
		return error_system(error, errno, "cannot become user '%s'",
		    entry->pw_name);
	return 0;
}

/* None can be added to what a process has, so asking for too much is safe. */
static int
keep_capabilities(struct error *error)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2] = { { .effective = 0 } };

	if (syscall(SYS_capget, &header, sets) < 0)
		return error_system(error, errno, "cannot read capabilities");
	for (int i = 0; i < 2; i++) {
		uint32_t kept = (uint32_t)(RIGHTS_KEPT >> 32 * i);

		sets[i].permitted &= kept;
		sets[i].effective = sets[i].permitted;
		sets[i].inheritable = 0;
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &header, sets) < 0)
		return error_system(error, errno, "cannot drop capabilities");
	return 0;
}
