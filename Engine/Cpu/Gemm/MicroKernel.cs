using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// The innermost loop of every matrix product. Up to six rows times four wide columns of sums stay in registers; each step of k loads one
/// row of b, and multiplies it by one broadcast element of each row of a. Six by 64 floats are 24 of AVX-512's 32 registers, with four for
/// b and one for a; six by 16 are 12 of AVX2's 16. The body is written once for all sizes: what <c>Rows</c> and <c>Columns</c> rule out,
/// the JIT leaves away.
/// </summary>
internal static unsafe class MicroKernel<T, Rows, Columns> where T : struct, IWide<T> where Rows : INumber where Columns : INumber
{
    [MethodImpl(Compile.Loop)]
    internal static void Run(Tile* tile)
    {
        T zero = T.Of(0f);
        T c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        T c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        T c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        T c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        T c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        T c50 = zero, c51 = zero, c52 = zero, c53 = zero;

        // Two pointers into a, three rows apart, so that a row is at most two strides away: an address the processor computes for free.
        nint row = tile->RowStride, twoRows = 2 * row, step = tile->StepStride, bStride = tile->BStride;
        float* a = tile->A, a3 = a + 3 * row, b = tile->B;
        int segments = tile->Segments;
        do
        {
            nint k = tile->Steps;
            // Two steps at a time, at distances that the JIT knows, where the operands allow it: a seventh fewer instructions, which tells
            // when loads are slow (Docs/decisions.md).
            if (bStride == Width && step == 1 && k > 1)
                do
                {
                    AddProducts(a, a3, row, twoRows, b,
                        ref c00, ref c01, ref c02, ref c03, ref c10, ref c11, ref c12, ref c13, ref c20, ref c21, ref c22, ref c23,
                        ref c30, ref c31, ref c32, ref c33, ref c40, ref c41, ref c42, ref c43, ref c50, ref c51, ref c52, ref c53);
                    AddProducts(a + 1, a3 + 1, row, twoRows, b + Width,
                        ref c00, ref c01, ref c02, ref c03, ref c10, ref c11, ref c12, ref c13, ref c20, ref c21, ref c22, ref c23,
                        ref c30, ref c31, ref c32, ref c33, ref c40, ref c41, ref c42, ref c43, ref c50, ref c51, ref c52, ref c53);
                    a += 2;
                    a3 += 2;
                    b += 2 * Width;
                    k -= 2;
                }
                while (k > 1);
            for (; k > 0; k--, a += step, a3 += step, b += bStride)
                AddProducts(a, a3, row, twoRows, b,
                    ref c00, ref c01, ref c02, ref c03, ref c10, ref c11, ref c12, ref c13, ref c20, ref c21, ref c22, ref c23,
                    ref c30, ref c31, ref c32, ref c33, ref c40, ref c41, ref c42, ref c43, ref c50, ref c51, ref c52, ref c53);
            a += tile->SkipA;
            a3 += tile->SkipA;
            b += tile->SkipB;
        }
        while (--segments > 0);
        Store(tile, 0, c00, c01, c02, c03);
        if (Rows.Value > 1) Store(tile, 1, c10, c11, c12, c13);
        if (Rows.Value > 2) Store(tile, 2, c20, c21, c22, c23);
        if (Rows.Value > 3) Store(tile, 3, c30, c31, c32, c33);
        if (Rows.Value > 4) Store(tile, 4, c40, c41, c42, c43);
        if (Rows.Value > 5) Store(tile, 5, c50, c51, c52, c53);
    }

    static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Columns.Value * Lanes.Count;
    }

    // One step: a row of b times an element of each row of a.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddProducts(float* a, float* a3, nint row, nint twoRows, float* b,
        ref T c00, ref T c01, ref T c02, ref T c03, ref T c10, ref T c11, ref T c12, ref T c13, ref T c20, ref T c21, ref T c22, ref T c23,
        ref T c30, ref T c31, ref T c32, ref T c33, ref T c40, ref T c41, ref T c42, ref T c43, ref T c50, ref T c51, ref T c52, ref T c53)
    {
        T b0 = T.Load(b), b1 = b0, b2 = b0, b3 = b0;
        if (Columns.Value > 1) b1 = T.Load(b + Lanes.Count);
        if (Columns.Value > 2) b2 = T.Load(b + 2 * Lanes.Count);
        if (Columns.Value > 3) b3 = T.Load(b + 3 * Lanes.Count);
        AddProducts(a, b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
        if (Rows.Value > 1) AddProducts(a + row, b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
        if (Rows.Value > 2) AddProducts(a + twoRows, b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
        if (Rows.Value > 3) AddProducts(a3, b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
        if (Rows.Value > 4) AddProducts(a3 + row, b0, b1, b2, b3, ref c40, ref c41, ref c42, ref c43);
        if (Rows.Value > 5) AddProducts(a3 + twoRows, b0, b1, b2, b3, ref c50, ref c51, ref c52, ref c53);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddProducts(float* a, T b0, T b1, T b2, T b3, ref T c0, ref T c1, ref T c2, ref T c3)
    {
        T x = T.Broadcast(a);
        T.AddProduct(ref c0, x, b0);
        if (Columns.Value > 1) T.AddProduct(ref c1, x, b1);
        if (Columns.Value > 2) T.AddProduct(ref c2, x, b2);
        if (Columns.Value > 3) T.AddProduct(ref c3, x, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Tile* tile, int row, T c0, T c1, T c2, T c3)
    {
        float* c = tile->C + row * tile->CStride;
        if (tile->Plus != null)
        {
            float* plus = tile->Plus + row * tile->PlusStride;
            c0 += T.Load(plus);
            if (Columns.Value > 1) c1 += T.Load(plus + Lanes.Count);
            if (Columns.Value > 2) c2 += T.Load(plus + 2 * Lanes.Count);
            if (Columns.Value > 3) c3 += T.Load(plus + 3 * Lanes.Count);
        }
        if (Columns.Value > 1) T.Store(c0, c);
        if (Columns.Value > 2) T.Store(c1, c + Lanes.Count);
        if (Columns.Value > 3) T.Store(c2, c + 2 * Lanes.Count);
        T last = Columns.Value == 4 ? c3 : Columns.Value == 3 ? c2 : Columns.Value == 2 ? c1 : c0;
        float* end = c + (Columns.Value - 1) * Lanes.Count;
        if (tile->LastColumns == Lanes.Count) T.Store(last, end);
        else T.Store(last, end, tile->LastColumns);
    }
}
