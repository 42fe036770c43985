// SPDX-License-Identifier: Apache-2.0
/**
 * The files of checkpoints: their layout, and how they are written, replaced and read.
 *
 * <p>{@link io.flagstone.internal.checkpoint.CheckpointWriter} writes one file, and {@link
 * io.flagstone.internal.checkpoint.CheckpointReader} reads one. Which files a directory keeps is in
 * {@link io.flagstone.internal.checkpoint.CheckpointFiles}. This package knows bytes and files, and
 * neither caches nor segments.
 */
package io.flagstone.internal.checkpoint;
