/*
 * Fuzz target: the reader of saved captures, over any bytes. Every byte of
 * every frame that it gives is read.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "capture/saved.h"

enum { BATCH = 16 };

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	read_all(struct source *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	const char *paths[] = { path };
	struct source *source;
	struct error error;
	int fd = memfd_create("capture", 0);

	log_set_level(LOG_LEVEL_QUIET);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	source = saved_open(paths, 1, NULL, &error);
	if (source != NULL)
		read_all(source);
	source_free(source);
	close(fd);
	return 0;
}

static void
read_all(struct source *source)
{
	struct frame frames[BATCH];
	volatile uint8_t sum = 0;
	struct error error;
	int count;

	while ((count = source_read(source, frames, BATCH, &error)) > 0) {
		for (int i = 0; i < count; i++) {
			for (uint32_t j = 0; j < frames[i].captured; j++)
				sum = (uint8_t)(sum + frames[i].data[j]);
		}
		source_release_all(source);
	}
}
