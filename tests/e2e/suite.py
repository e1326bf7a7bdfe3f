#!/usr/bin/env python3
"""Everything that tests/e2e/run runs, in this order."""
import sys

import scenarios
import assertions  # noqa: each of these registers its scenarios
import grants  # noqa
import peers  # noqa
import provider_probes  # noqa

sys.exit(scenarios.main())
