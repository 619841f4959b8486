// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"

PYBIND11_MODULE(_core, m) {
    m.doc() = "The compiled core of allomatch; use the package, not this module.";
    m.attr("__version__") = ALLOMATCH_VERSION;
    using namespace allomatch::python;
    bind_core(m);
    bind_nomenclature(m);
    bind_typing(m);
    bind_io(m);
    bind_registry(m);
    bind_meaning(m);
    bind_haplotype(m);
    bind_estimation(m);
    bind_search(m);
    bind_explanation(m);
    bind_analytics(m);
    bind_likelihood(m);
    bind_pool(m);
    bind_store(m);
}
