namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The same numbers on another device, through the host; x itself if it is there already.
        /// Its gradient comes back the same way.</summary>
        public Tensor To(IBackend backend)
        {
            if (ReferenceEquals(x.Backend, backend)) return x;
            // The host knows Float32; widening loses nothing, and narrowing again restores the same bits.
            if (x.Format != Format.Float32) return x.To(Format.Float32).To(backend).To(x.Format);
            return Tensor.From(backend, x.Shape, x.ToArray()).Record("to", [x], dy => [dy.To(x.Backend)]);
        }
    }
}
