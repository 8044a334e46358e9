/*
 * tallyman: a run. Everything it does is in the library; here the parts are
 * put together, and here alone the program prints its last message and
 * exits: 0 all well, 1 trouble, 2 bad usage.
 */
#include "base/cipher.h"
#include "base/digest.h"
#include "base/log.h"
#include "capture/privileges.h"
#include "connections.h"
#include "dissect/services.h"
#include "engine/engine.h"
#include "engine/signals.h"
#include "inform.h"
#include "options.h"
#include "record/fields.h"
#include "setup.h"
#include "top.h"

enum { EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

static int	run(struct options *, struct error *);
static int	meter(struct options *, struct error *);
static int	drop_privileges(const struct options *, struct error *);

int
main(int argc, char **argv)
{
	struct options options;
	struct error error;
	int status;

	fields_init();
	digest_start();
	cipher_start();
	if (options_parse(&options, argc, argv, &error) < 0) {
		log_error("%s", error.text);
		options_release(&options);
		return EXIT_USAGE;
	}
	if (options.is_quiet)
		log_set_level(LOG_LEVEL_QUIET);
	else if (options.verbosity > 0)
		log_set_level(LOG_LEVEL_VERBOSE);
	status = run(&options, &error);
	if (status < 0) {
		log_error("%s", error.text);
		status = error.is_usage ? EXIT_USAGE : EXIT_TROUBLE;
	}
	options_release(&options);
	return status;
}

static int
run(struct options *options, struct error *error)
{
	switch (options->action) {
	case OPTIONS_METER:
	case OPTIONS_TOP:
		return meter(options, error);
	case OPTIONS_CONNECTIONS:
		return connections_list(options, error);
	default:
		return inform(options, error);
	}
}

/* Opens everything, becomes nobody in particular, meters, closes. */
static int
meter(struct options *options, struct error *error)
{
	struct output *outputs[SETUP_OUTPUTS_MAX];
	struct engine_options engine;
	struct programs *programs = NULL;
	struct source *source = NULL;
	size_t count = 0;
	struct error close_error;
	bool is_top = options->action == OPTIONS_TOP;
	int status = -1;

	if (is_top && top_check(error) < 0)
		return -1;
	signals_install();
	if (options_read_filter(options, error) == 0 &&
	    services_load(options->services, error) == 0 &&
	    setup_programs(options, &programs, error) == 0 &&
	    (source = setup_source(options, error)) != NULL &&
	    (is_top || setup_outputs(options, outputs, &count, error) == 0) &&
	    drop_privileges(options, error) == 0 &&
	    (programs == NULL || programs_begin(programs, error) == 0)) {
		setup_engine(options, source, outputs, count, &engine);
		engine.programs = programs;
		status = is_top ? top_run(options, &engine, error) :
		    engine_run(&engine, error);
	}
	for (size_t i = 0; i < count; i++) {
		if (output_close(outputs[i], &close_error) < 0 &&
		    status == 0) {
			log_error("%s", close_error.text);
			status = EXIT_TROUBLE;
		}
	}
	source_free(source);
	programs_close(programs);
	return status;
}

/*
 * A live capture is not begun by somebody who may do everything. Reading
 * files goes on where the system knows no other user (some containers),
 * unless one was asked for.
 */
static int
drop_privileges(const struct options *options, struct error *error)
{
	if (privileges_drop(options->user, error) == 0)
		return 0;
	if (options->user != NULL || options->input_count == 0)
		return -1;
	log_notice("%s: goes on as it is", error->text);
	return 0;
}
