// SPDX-License-Identifier: Apache-2.0
/**
 * The files in which a cache keeps its segments from one process to the next.
 *
 * <ul>
 *   <li>{@link io.flagstone.internal.files.CacheDirectory} is the directory with the files: it says
 *       whether a directory can be used, locks it, and moves old files aside.
 *   <li>{@link io.flagstone.internal.files.Superblock} is the first page of the file with the
 *       regions: the file's state and configuration.
 *   <li>{@link io.flagstone.internal.files.ProcessIdentity} identifies the process and the boot of
 *       the machine.
 * </ul>
 */
package io.flagstone.internal.files;
