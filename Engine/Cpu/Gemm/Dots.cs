using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// A product with so few rows that copying b would cost more than it brings: each element is the dot product of two contiguous rows. This
/// is the shape of generation: one row of activations against a weight <c>[out, in]</c>, read once, as fast as memory allows.
/// </summary>
internal static unsafe class Dots<T> where T : struct, IWide<T>
{
    /// <summary>y[i] ← ⟨m[i], x⟩ for consecutive rows of m, four at a time.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Run(float* m, nint stride, int rows, float* x, int length, float* y)
    {
        int i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            float* p = m + i * stride, q = p + 2 * stride;
            T s0 = T.Of(0f), s1 = s0, s2 = s0, s3 = s0;
            int k = 0;
            for (; k + Lanes.Count <= length; k += Lanes.Count)
            {
                T v = T.Load(x + k);
                T.AddProduct(ref s0, T.Load(p + k), v);
                T.AddProduct(ref s1, T.Load(p + stride + k), v);
                T.AddProduct(ref s2, T.Load(q + k), v);
                T.AddProduct(ref s3, T.Load(q + stride + k), v);
            }
            if (k < length)
            {
                int rest = length - k;
                T v = T.Load(x + k, rest);
                T.AddProduct(ref s0, T.Load(p + k, rest), v);
                T.AddProduct(ref s1, T.Load(p + stride + k, rest), v);
                T.AddProduct(ref s2, T.Load(q + k, rest), v);
                T.AddProduct(ref s3, T.Load(q + stride + k, rest), v);
            }
            (y[i], y[i + 1], y[i + 2], y[i + 3]) = (T.Sum(s0), T.Sum(s1), T.Sum(s2), T.Sum(s3));
        }
        for (; i < rows; i++) y[i] = Rows.Dot<T>(m + i * stride, x, length);
    }
}
