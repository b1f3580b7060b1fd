// What the page uses of the packages in package.json. bundle.mjs makes one script of it: const libraries = {…}.
export { Graph, layout } from "@dagrejs/dagre";
export {
  columnFilteringFeature,
  constructTable,
  createFilteredRowModel,
  createPaginatedRowModel,
  createSortedRowModel,
  rowExpandingFeature,
  rowPaginationFeature,
  rowSortingFeature,
  tableFeatures,
} from "@tanstack/table-core";
export { storeReactivityBindings } from "@tanstack/table-core/store-reactivity-bindings";
export { path } from "d3-path";
export { select } from "d3-selection";
export { curveBumpY, line } from "d3-shape";
export { zoom } from "d3-zoom";
