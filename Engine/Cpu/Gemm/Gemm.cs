namespace NativeSsl;

public sealed partial class CpuBackend
{
    // How products are cut. Every number depends on the shape alone;
    // except for long sums, no cut changes the order in which an element is summed.
    const int MostRowsPerPart = 96, MostColumnsPerPart = 192;
    const double WorkPerPart = 1 << 18;                     // about 5 µs of one core: ten times what starting a job costs
    const int MostParts = 16;
    const int TilesEnough = 4;                              // rows of tiles, below which columns are cut first
    const int MostRowsForDots = 4;
    const int MostOutputsForSplitSum = 160 * 160, StepsPerSplit = 192, MostSplits = 16;

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
            using CpuPool.Loan panels = _pool.Lend(cut.Packing == Packing.Shared ? (long)p.Steps * Panels<T>.RoundUp(p.Columns) : 0);
            if (cut.Packing == Packing.Shared)
            {
                var pack = new PackJob<T>(p, panels.Floats);
                Workers.Run(pack, pack.Parts);
            }
            Workers.Run(new RegionJob<T>(p, cut, panels.Floats, _pool, aStride, bStride, cStride), checked(items * cut.Parts));
        }
    }

    /// <summary>How a product is cut into regions: so many down, so many across, which differ by at most one tile or panel.</summary>
    readonly struct Cut
    {
        readonly int _rows, _columns, _tiles, _panels, _tileRows, _panel, _down, _across;
        internal readonly Packing Packing;
        internal readonly bool TurnsA;

        internal Cut(in Product p, int tileRows, int panel, int items)
        {
            (_rows, _columns, _tileRows, _panel) = (p.Rows, p.Columns, tileRows, Math.Max(panel, 2 * Lanes.Count));
            _tiles = (_rows + tileRows - 1) / tileRows;
            _panels = (_columns + _panel - 1) / _panel;
            int wanted = (int)Math.Clamp(p.Work * items / WorkPerPart, 1, MostParts);
            wanted = (wanted + items - 1) / items;
            _across = (_columns + MostColumnsPerPart - 1) / MostColumnsPerPart;
            _down = (_rows + MostRowsPerPart - 1) / MostRowsPerPart;
            // A part with few rows or columns reads the other operand too often.
            while (_down * _across < wanted)
                if (_tiles / _down > TilesEnough && _tiles > _down) _down++;
                else if (_panels > _across) _across++;
                else if (_tiles > _down) _down++;
                else break;

            bool isPanelAlready = p.B.HasRows && p.Columns <= panel && p.B.RowStride == Math.Min(panel, p.Columns)
                && p.Columns % Lanes.Count == 0;
            bool isFew = p.B.HasRows && p.Rows <= 2 * tileRows;
            Packing = isPanelAlready || isFew ? Packing.None : _down == 1 ? Packing.Private : Packing.Shared;
            TurnsA = !p.A.HasRows && _columns / _across >= 2 * Lanes.Count;
        }

        internal int Parts => checked(_down * _across);

        internal void Find(int part, out int row, out int rows, out int column, out int columns)
        {
            int down = part % _down, across = part / _down;
            row = (int)((long)_tiles * down / _down) * _tileRows;
            rows = Math.Min(_rows, (int)((long)_tiles * (down + 1) / _down) * _tileRows) - row;
            column = (int)((long)_panels * across / _across) * _panel;
            columns = Math.Min(_columns, (int)((long)_panels * (across + 1) / _across) * _panel) - column;
        }
    }

    readonly unsafe struct RegionJob<T>(Product product, Cut cut, float* panels, CpuPool pool, nint aStride, nint bStride, nint cStride)
        : IJob
        where T : struct, IWide<T>
    {
        public void Run(int part)
        {
            int item = part / cut.Parts, piece = part % cut.Parts;
            Product p = product.Item(item, aStride, bStride, cStride);
            cut.Find(piece, out int row, out int rows, out int column, out int columns);
            using CpuPool.Loan scratch = pool.Lend(Region<T>.Scratch(rows, p.Steps, cut.Packing, cut.TurnsA));
            Region<T>.Run(p, row, rows, column, columns, cut.Packing, panels, cut.TurnsA, scratch.Floats);
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
