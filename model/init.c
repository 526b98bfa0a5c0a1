/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a device from its configuration. */
#include "model/bits.h"
#include "model/config.h"
#include "model/devices/backend.h"
#include "model/msi/layouts.h"
#include "model/oddities/act.h"
#include "model/oddities/configure.h"
#include "model/status.h"

/*
 * A loop, because a compound literal may need stack as large as a device, which is more than the stack has. The buffers
 * for frames at the end are left as they are, since there are a lot of them and frames are written before they are
 * read.
 */
static void clear(struct model *m)
{
	_Static_assert(offsetof(struct model_console, input) <= offsetof(struct model_net, store) &&
			       sizeof m->own <= offsetof(struct model_net, store),
		       "all that other types have is cleared");

	for (size_t i = 0; i < offsetof(struct model, net.store); i++)
		((uint8_t *)m)[i] = 0;
}

bool model_init(struct model *m, const struct model_config *config, const struct model_host *host)
{
	if (!model_config_valid(config) || !host->read || !host->write || !host->set_line || !host->random ||
	    (config->msi && !host->send_message))
		return false;
	clear(m);
	m->config = *config;
	m->host = *host;
	m->backend = model_backend_of(config->device_id);
	m->msi_registers = model_msi_registers_of(config->msi);
	model_oddities_configure(&m->config);
	model_config_adjust_features(&m->config);
	model_oddities_offer(&m->config);
	for (unsigned i = 0; i < MODEL_ODDITY_WORDS; i++)
		m->oddly.any |= config->oddities[i] != 0;
	for (unsigned i = 0; i < MODEL_DEFECT_WORDS; i++)
		m->defects[i] = config->defects[i];
	if (m->backend->init)
		m->backend->init(m);
	model_reset_now(m);
	m->generation = 0;
	return true;
}

void model_set_defect(struct model *m, enum model_defect defect, bool on)
{
	if (model_defect_info(defect))
		model_set_bit(m->defects, defect, on);
}

bool model_config_change(struct model *m)
{
	return m->backend->config_change && m->backend->config_change(m);
}

bool model_ask(struct model *m)
{
	return m->backend->ask && m->backend->ask(m);
}

bool model_input(struct model *m, const uint8_t *bytes, uint32_t length)
{
	return m->backend->input && m->backend->input(m, bytes, length);
}
