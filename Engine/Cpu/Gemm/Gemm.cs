namespace NativeSsl;

public sealed partial class CpuBackend
{
    // How products are cut. Every number depends on the shape alone;
    // except for long sums, no cut changes the order in which an element is summed.
    const int MostRowsPerPart = 96, MostColumnsPerPart = 512;
    const double WorkPerPart = 1 << 18;                     // about 5 µs of one core: ten times what starting a job costs
    const int MostParts = 12;
    const int MostRowsForDots = 4;
    const int MostOutputsForSplitSum = 160 * 160, StepsPerSplit = 512, MostSplits = 16;

    /// <summary>Independent products, all alike: of item i, a, b and c lie i strides further.</summary>
    unsafe void Compute(Product product, int items = 1, nint aStride = 0, nint bStride = 0, nint cStride = 0)
    {
        if (product.Rows == 0 || product.Columns == 0 || items == 0) return;
        switch (Simd)
        {
            case SimdWidth.Bits512: Compute<Wide512>(product, items, aStride, bStride, cStride); break;
            case SimdWidth.Bits256: Compute<Wide256>(product, items, aStride, bStride, cStride); break;
            default: Compute<Wide128>(product, items, aStride, bStride, cStride); break;
        }
    }

    unsafe void Compute<T>(Product p, int items, nint aStride, nint bStride, nint cStride) where T : struct, IWide<T>
    {
        bool isDots = !p.Accumulate && p.A.HasRows
            && (p.Rows <= MostRowsForDots && !p.B.HasRows || p.Columns == 1 && p.B.RowStride == 1 && p.C.RowStride == 1);
        bool isLongSum = p.Steps >= 2 * StepsPerSplit && (long)p.Rows * p.Columns <= MostOutputsForSplitSum
            && !p.HasEpilogue && p.Bias == null;
        Cut cut = new(p, SmallGemm<T>.MostRows, Panels<T>.Width, items);
        if (items > 1 && (isDots || isLongSum || cut.Packing == Packing.Shared))
        {
            for (int item = 0; item < items; item++)
                Compute<T>(p.Item(item, aStride, bStride, cStride), 1, 0, 0, 0);
            return;
        }
        if (isDots) MultiplyByDots<T>(p);
        else if (isLongSum) MultiplyBySplitting<T>(p);
        else
        {
            float* panels = null;
            int bucket = 0;
            if (cut.Packing == Packing.Shared)
            {
                panels = (float*)_pool.Take((long)p.Steps * Panels<T>.RoundUp(p.Columns) * sizeof(float) + CpuStorage.Slack, out bucket);
                var pack = new PackJob<T>(p, panels);
                Workers.Run(pack, pack.Parts);
            }
            Workers.Run(new RegionJob<T>(p, cut, panels, _pool, aStride, bStride, cStride), checked(items * cut.Parts));
            if (panels != null) _pool.Return((byte*)panels, bucket);
        }
    }

    /// <summary>How a product is cut into regions.</summary>
    readonly struct Cut
    {
        internal readonly int Rows, Columns, Down, Parts;
        internal readonly Packing Packing;
        internal readonly bool PacksA;

        internal Cut(in Product p, int tileRows, int panel, int items)
        {
            int wanted = (int)Math.Clamp(p.Work * items / WorkPerPart, 1, MostParts);
            wanted = (wanted + items - 1) / items;
            int across = (p.Columns + MostColumnsPerPart - 1) / MostColumnsPerPart;
            int down = Math.Max((p.Rows + MostRowsPerPart - 1) / MostRowsPerPart, (wanted + across - 1) / across);
            Rows = RoundUp((p.Rows + down - 1) / down, tileRows);
            Down = (p.Rows + Rows - 1) / Rows;
            across = Math.Max(across, Down < wanted ? (wanted + Down - 1) / Down : 1);
            Columns = RoundUp((p.Columns + across - 1) / across, Math.Max(panel, 4 * Lanes.Count));
            Parts = checked(Down * ((p.Columns + Columns - 1) / Columns));

            bool isPanelAlready = p.B.HasRows && p.Columns <= panel && p.B.RowStride == Math.Min(panel, p.Columns)
                && p.Columns % Lanes.Count == 0;
            bool isFew = p.B.HasRows && p.Rows <= 2 * tileRows;
            Packing = isPanelAlready || isFew ? Packing.None : Down == 1 ? Packing.Private : Packing.Shared;
            // A transposed a is copied for its few elements per line; rows, for the sets of the caches in which they would collide.
            PacksA = p.A.HasRows ? Columns >= 256 && p.Steps >= 128 : Columns >= 64 && p.A.ColumnStride * p.Steps >= 8192;
        }

        static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
    }

    readonly unsafe struct RegionJob<T>(Product product, Cut cut, float* panels, CpuPool pool, nint aStride, nint bStride, nint cStride)
        : IJob
        where T : struct, IWide<T>
    {
        public void Run(int part)
        {
            int item = part / cut.Parts, piece = part % cut.Parts;
            Product p = product.Item(item, aStride, bStride, cStride);
            int row = piece % cut.Down * cut.Rows, column = piece / cut.Down * cut.Columns;
            int rows = Math.Min(cut.Rows, p.Rows - row), columns = Math.Min(cut.Columns, p.Columns - column);
            int scratch = Region<T>.Scratch(rows, p.Steps, cut.Packing, cut.PacksA);
            byte* memory = null;
            int bucket = 0;
            if (scratch > 0) memory = pool.Take(scratch * sizeof(float) + CpuStorage.Slack, out bucket);
            Region<T>.Run(p, row, rows, column, columns, cut.Packing, panels, cut.PacksA, (float*)memory);
            if (memory != null) pool.Return(memory, bucket);
        }
    }

    // A part is one block of steps of 64 columns.
    readonly unsafe struct PackJob<T>(Product product, float* panels) : IJob where T : struct, IWide<T>
    {
        const int Columns = 64;

        int Across => (product.Columns + Columns - 1) / Columns;
        internal int Parts => Across * ((product.Steps + Region<T>.BlockOf(product.Steps) - 1) / Region<T>.BlockOf(product.Steps));

        public void Run(int part)
        {
            int block = Region<T>.BlockOf(product.Steps), start = part / Across * block, steps = Math.Min(block, product.Steps - start);
            int first = part % Across * Columns, end = Math.Min(product.Columns, first + Columns);
            for (int j = first; j < end; j += Panels<T>.Width)
            {
                int columns = Math.Min(Panels<T>.Width, product.Columns - j);
                Panels<T>.Pack(product.B.From(start, j), steps, columns,
                    panels + (nint)j * product.Steps + (nint)start * Panels<T>.RoundUp(columns));
            }
        }
    }
}
