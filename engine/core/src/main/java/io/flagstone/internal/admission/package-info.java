// SPDX-License-Identifier: Apache-2.0
/** Who may stay: how often keys are used, and how much room newcomers get. */
package io.flagstone.internal.admission;
