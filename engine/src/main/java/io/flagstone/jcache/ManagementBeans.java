package io.flagstone.jcache;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import javax.cache.CacheException;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.management.CacheMXBean;
import javax.cache.management.CacheStatisticsMXBean;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** A cache's beans in the platform's server, under the names that the specification gives. */
final class ManagementBeans {
    private final URI manager;
    private final String cache;
    private final CacheMXBean configuration;
    private final CacheStatisticsMXBean statistics;
    private final Set<String> registered = new HashSet<>();

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

    private synchronized <T> void show(String type, T bean, Class<T> face, boolean shown) {
        if (shown == registered.contains(type)) {
            // Most caches never show a bean, and need no server for that.
            return;
        }
        try {
            final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            final ObjectName name =
                    new ObjectName(
                            "javax.cache:type="
                                    + type
                                    + ",CacheManager="
                                    + safe(manager.toString())
                                    + ",Cache="
                                    + safe(cache));
            if (shown != server.isRegistered(name)) {
                if (shown) {
                    server.registerMBean(new StandardMBean(bean, face, true), name);
                    registered.add(type);
                } else {
                    server.unregisterMBean(name);
                }
            }
            if (!shown) {
                registered.remove(type);
            }
        } catch (final JMException e) {
            throw new CacheException("the bean of the cache " + cache + " is refused", e);
        }
    }

    /** Without the characters that an object name gives a meaning to. */
    private static String safe(String text) {
        return text.replaceAll("[,:=\n*?]", ".");
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
