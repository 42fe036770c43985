// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.cache.CacheException;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.management.CacheMXBean;
import javax.cache.management.CacheStatisticsMXBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * A cache's beans in the platform's MBean server, with the names that the specification defines.
 * Thread-safe.
 *
 * <p>Special characters of the manager's URI become dots, as the specification says. The cache's
 * name is quoted if it has special characters, so that different names stay different. If a bean of
 * another manager has the same name, the name gets the property {@code instance} with a number.
 */
final class ManagementBeans {
    private static final String SPECIAL = "[,:=\\s*?\"]";

    /** Names that need no quotes. */
    private static final Pattern PLAIN = Pattern.compile("[^,:=*?\"\\\\\\p{Cntrl}]+");

    private final URI manager;
    private final String cache;
    private final CacheMXBean configuration;
    private final CacheStatisticsMXBean statistics;
    private final Map<String, ObjectName> registered = new HashMap<>();
    private boolean closed;

    ManagementBeans(
            URI manager,
            String cache,
            CompleteConfiguration<?, ?> configuration,
            CacheStatisticsMXBean statistics) {
        this.manager = manager;
        this.cache = cache;
        this.configuration = new ConfigurationBean(configuration);
        this.statistics = statistics;
    }

    void showConfiguration(boolean shown) {
        show("CacheConfiguration", configuration, CacheMXBean.class, shown);
    }

    void showStatistics(boolean shown) {
        show("CacheStatistics", statistics, CacheStatisticsMXBean.class, shown);
    }

    /** Unregisters both beans. */
    synchronized void close() {
        closed = true;
        showConfiguration(false);
        showStatistics(false);
    }

    private synchronized <T> void show(String type, T bean, Class<T> face, boolean shown) {
        final ObjectName present = registered.get(type);
        if (shown == (present != null) || shown && closed) {
            // Most caches never show a bean, so the server is not created for them.
            return;
        }
        try {
            final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            if (shown) {
                registered.put(type, register(server, type, new StandardMBean(bean, face, true)));
            } else {
                registered.remove(type);
                server.unregisterMBean(present);
            }
        } catch (final InstanceNotFoundException e) {
            // Other code has unregistered the bean.
            return;
        } catch (final JMException e) {
            throw new CacheException(
                    "cannot register or unregister an MBean: type=" + type + ", cache=" + cache, e);
        }
    }

    /** Registers a bean. If its name is in use, adds the first free number. */
    private ObjectName register(MBeanServer server, String type, Object bean) throws JMException {
        for (int instance = 1; ; instance++) {
            final ObjectName name = name(type, instance);
            try {
                server.registerMBean(bean, name);
                return name;
            } catch (final InstanceAlreadyExistsException e) {
                // Try the next number.
            }
        }
    }

    private ObjectName name(String type, int instance) throws JMException {
        return new ObjectName(
                "javax.cache:type="
                        + type
                        + ",CacheManager="
                        + manager.toString().replaceAll(SPECIAL, ".")
                        + ",Cache="
                        + (PLAIN.matcher(cache).matches() ? cache : ObjectName.quote(cache))
                        + (instance == 1 ? "" : ",instance=" + instance));
    }

    /** The configuration as a bean. */
    private record ConfigurationBean(CompleteConfiguration<?, ?> configuration)
            implements CacheMXBean {
        @Override
        public String getKeyType() {
            return configuration.getKeyType().getName();
        }

        @Override
        public String getValueType() {
            return configuration.getValueType().getName();
        }

        @Override
        public boolean isReadThrough() {
            return configuration.isReadThrough();
        }

        @Override
        public boolean isWriteThrough() {
            return configuration.isWriteThrough();
        }

        @Override
        public boolean isStoreByValue() {
            return configuration.isStoreByValue();
        }

        @Override
        public boolean isStatisticsEnabled() {
            return configuration.isStatisticsEnabled();
        }

        @Override
        public boolean isManagementEnabled() {
            return configuration.isManagementEnabled();
        }
    }
}
