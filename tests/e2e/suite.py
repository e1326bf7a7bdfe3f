#!/usr/bin/env python3
"""Everything that tests/e2e/run runs, in this order."""
import sys

import scenarios
import peers  # noqa: it registers its scenarios

sys.exit(scenarios.main())
