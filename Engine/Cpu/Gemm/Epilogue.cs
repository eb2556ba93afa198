using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>What follows a product while its result is still in the nearest cache:
/// the activation, and the residual that is added.</summary>
internal static unsafe class Epilogue<T> where T : struct, IWide<T>
{
    /// <summary>Finishes a block of c that already holds a b + bias.</summary>
    internal static void Run(in Product product, int row, int rows, int column, int columns)
    {
        switch (product.Activation)
        {
            case Activation.Relu: Run<Relu>(product, row, rows, column, columns); break;
            case Activation.Gelu: Run<Gelu>(product, row, rows, column, columns); break;
            case Activation.GeluErf: Run<GeluErf>(product, row, rows, column, columns); break;
            case Activation.Silu: Run<Silu>(product, row, rows, column, columns); break;
            default: Run<Identity>(product, row, rows, column, columns); break;
        }
    }

    [MethodImpl(Compile.Loop)]
    static void Run<F>(in Product product, int row, int rows, int column, int columns) where F : struct, IActivation
    {
        nint stride = product.C.RowStride;
        for (int i = row; i < row + rows; i++)
            for (int j = 0; j < columns; j += Lanes.Count)
            {
                nint offset = i * stride + column + j;
                int count = Math.Min(Lanes.Count, columns - j);
                float* c = product.C.Start + offset;
                T y = T.Load(c);
                if (product.Before != null) Store(y, product.Before + offset, count);
                y = F.Value(y);
                if (product.Residual != null) y += T.Load(product.Residual + offset);
                Store(y, c, count);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(T value, float* target, int count)
    {
        if (count == Lanes.Count) T.Store(value, target);
        else T.Store(value, target, count);
    }
}
