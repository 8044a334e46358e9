/*
 * Becoming an unprivileged user once everything is open. What was dropped is
 * looked at again: a drop that cannot be verified is an error.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "capture/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#else
#include <linux/capability.h>
#include <sys/syscall.h>
#endif

#include "base/log.h"
#include "capture/file/words.h"

static int	privileges_become(const char *, struct error *);
static const struct passwd *privileges_find_user(const char *,
		    struct error *);
static void	privileges_empty_bounds(void);
static int	privileges_verify_user(const struct passwd *, struct error *);
static int	privileges_drop_capabilities(struct error *);
static int	privileges_forbid_new(struct error *);

int
privileges_drop(const char *user, struct error *error)
{
	if (geteuid() == 0 && privileges_become(user, error) == -1)
		return -1;
	if (privileges_drop_capabilities(error) == -1)
		return -1;
	return privileges_forbid_new(error);
}

/*
 * Bounds and groups first: without root they cannot be changed any more. The
 * change of uid takes the other sets of capabilities with it.
 */
static int
privileges_become(const char *user, struct error *error)
{
	const struct passwd *entry = privileges_find_user(user, error);

	if (entry == NULL)
		return -1;
	if (entry->pw_uid == 0)
		return error_set(error, "cannot become user '%s': that is "
		    "root", entry->pw_name);
	privileges_empty_bounds();
	if (initgroups(entry->pw_name, entry->pw_gid) == -1 ||
	    setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) == -1 ||
	    setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) == -1)
		return error_set(error, "cannot become user '%s': %s",
		    entry->pw_name, words_errno(errno).text);
	return privileges_verify_user(entry, error);
}

static const struct passwd *
privileges_find_user(const char *user, struct error *error)
{
	const struct passwd *entry;

	entry = getpwnam(user != NULL ? user : "tallyman");
	if (entry == NULL && user == NULL)
		entry = getpwnam("nobody");
	if (entry == NULL)
		error_set(error, "cannot become user '%s': no such user",
		    user != NULL ? user : "nobody");
	return entry;
}

/* Whether the kernel would let us be root again. */
static int
privileges_verify_user(const struct passwd *entry, struct error *error)
{
	uid_t uid[3];
	gid_t gid[3];
	size_t i;

	if (getresuid(&uid[0], &uid[1], &uid[2]) == -1 ||
	    getresgid(&gid[0], &gid[1], &gid[2]) == -1)
		return error_set(error, "cannot verify user '%s': %s",
		    entry->pw_name, words_errno(errno).text);
	for (i = 0; i < 3; i++)
		if (uid[i] != entry->pw_uid || gid[i] != entry->pw_gid)
			return error_set(error, "cannot become user '%s': the "
			    "system kept some of root's ids", entry->pw_name);
	if (setuid(0) != -1 || seteuid(0) != -1 || setgid(0) != -1)
		return error_set(error, "cannot become user '%s': root could "
		    "be regained", entry->pw_name);
	return 0;
}

#ifdef HAVE_LIBCAP_NG

/*
 * Some containers withhold CAP_SETPCAP. Then the bounds stay, which is
 * without effect, as no_new_privs follows.
 */
static void
privileges_empty_bounds(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_apply(CAPNG_SELECT_BOUNDS) != 0)
		log_verbose("the capability bounds cannot be emptied");
}

static int
privileges_drop_capabilities(struct error *error)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return error_set(error, "cannot drop capabilities: %s",
		    words_errno(errno).text);
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_get_caps_process() != 0 ||
	    capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
		return error_set(error, "cannot drop capabilities: the system "
		    "kept some");
	return 0;
}

#else

/* _LINUX_CAPABILITY_VERSION_3 has two words for each set. */
enum { PRIVILEGES_CAPABILITIES_MAX = 64 };

static void
privileges_empty_bounds(void)
{
	unsigned long capability;

	for (capability = 0; capability < PRIVILEGES_CAPABILITIES_MAX;
	    capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == -1 &&
		    errno == EPERM) {
			log_verbose("the capability bounds cannot be emptied");
			return;
		}
}

static int
privileges_drop_capabilities(struct error *error)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2] = { { .effective = 0 } };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 ||
	    syscall(SYS_capset, &header, sets) == -1 ||
	    syscall(SYS_capget, &header, sets) == -1)
		return error_set(error, "cannot drop capabilities: %s",
		    words_errno(errno).text);
	if ((sets[0].effective | sets[0].permitted | sets[0].inheritable |
	    sets[1].effective | sets[1].permitted | sets[1].inheritable) != 0)
		return error_set(error, "cannot drop capabilities: the system "
		    "kept some");
	return 0;
}

#endif

static int
privileges_forbid_new(struct error *error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return error_set(error, "cannot forbid new privileges: %s",
		    words_errno(errno).text);
	return 0;
}
