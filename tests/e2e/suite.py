#!/usr/bin/env python3
"""Everything that tests/e2e/run runs, in this order."""
import sys

import scenarios
import provider_probes  # noqa: each of these registers its scenarios
import grants  # noqa
import peers  # noqa
import monitoring  # noqa
import proxies  # noqa
import names  # noqa
import proxy_secrets  # noqa
import assertions  # noqa: the last, because its keys are made while the others run

sys.exit(scenarios.main())
