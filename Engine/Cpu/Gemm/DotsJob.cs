namespace NativeSsl;

public sealed partial class CpuBackend
{
    // With one column, the roles of a and b are exchanged: rows of a against the only column of b.
    unsafe void MultiplyByDots<T>(Product p) where T : struct, IWide<T>
    {
        bool isColumn = p.Columns == 1 && p.B.RowStride == 1 && p.C.RowStride == 1;
        int outputs = isColumn ? p.Rows : p.Columns;
        int perPart = Math.Max(4, ElementsPerPart / Math.Max(1, p.Steps) / 4 * 4);
        Workers.Run(new DotsJob<T>(p, isColumn, outputs, perPart), (outputs + perPart - 1) / perPart);
    }

    readonly unsafe struct DotsJob<T>(Product product, bool isColumn, int outputs, int perPart) : IJob where T : struct, IWide<T>
    {
        public void Run(int part)
        {
            int first = part * perPart, count = Math.Min(perPart, outputs - first);
            if (isColumn)
            {
                float* y = product.C.Start + first;
                Dots<T>.Run(product.A.At(first, 0), product.A.RowStride, count, product.B.Start, product.Steps, y);
                if (product.Bias != null) for (int i = 0; i < count; i++) y[i] += *product.Bias;
                if (product.HasEpilogue) Epilogue<T>.Run(product, 0, 1, first, count);      // a column of stride 1 lies like a row
                return;
            }
            for (int row = 0; row < product.Rows; row++)
            {
                float* y = product.C.At(row, first);
                Dots<T>.Run(product.B.At(0, first), product.B.ColumnStride, count, product.A.At(row, 0), product.Steps, y);
                if (product.Bias != null) for (int i = 0; i < count; i++) y[i] += product.Bias[first + i];
            }
            if (product.HasEpilogue) Epilogue<T>.Run(product, 0, product.Rows, first, count);
        }
    }
}
